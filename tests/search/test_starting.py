"""Searches that start from a program: it is the first candidate, and goes on like any other."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.errors import RecipeError
from leapscli.search.discovery import OURS, find
from leapscli.search.loop import Search
from leapscli.search.objective import Objective
from leapscli.search.protocol import Latents
from leapscli.search.recipe import load_search_recipe, recipe_type
from leapscli.search.state_file import load, save
from tests.search.toy import ToySpace

SPACE = ToySpace(400)
KNOWN = SPACE.tokens[:1].programs()[0]


def search(name: str, **settings) -> Search:
    values = {"searcher": name, "population": 8, "start": str(KNOWN), **settings}
    kind = recipe_type(name)
    entry = find(name)
    recipe = kind.model_validate({key: value for key, value in values.items() if key in kind.model_fields})
    space = SPACE if entry.needs_model else None
    decode = SPACE.decode if space else None
    return Search(entry.build(recipe, space), Objective(SPACE.nearness(11), decode))


@pytest.mark.parametrize("name", OURS)
def test_the_first_candidate_is_the_program_and_the_others_lie_around_it(name):
    searcher = search(name).searcher
    state = searcher.init(3)
    points = searcher.ask(state)
    if isinstance(points, Latents):
        assert (points.z[0] == SPACE.encode(TokenBatch.of([KNOWN]))[0]).all() and points.greedy == 1
        assert 0 < np.abs(points.z[1:] - points.z[0]).mean() < 1
    else:
        assert points[:1].programs()[0] == KNOWN and points.valid().all()
        assert len(np.unique(points.hashes())) > 1
    again = searcher.ask(searcher.init(3))
    assert type(again) is type(points) and len(again) == len(points)


@pytest.mark.parametrize("name", ["evolution", "memetic"])
def test_a_search_that_was_stopped_after_its_start_goes_on_alike(name, tmp_path):
    from leapscli.progress import StopFlag
    from leapscli.results.limits import Limits

    first, whole = search(name), search(name)
    ended, _ = whole.run(whole.begin(1), Limits(iterations=6), StopFlag(), lambda *_: None)
    half, _ = first.run(first.begin(1), Limits(iterations=2), StopFlag(), lambda *_: None)
    save(tmp_path / "state.npz", first, half, [])
    second = search(name)
    progress, _ = load(tmp_path / "state.npz", second)
    other, _ = second.run(progress, Limits(iterations=6), StopFlag(), lambda *_: None)
    assert (other.podium.hashes == ended.podium.hashes).all() and other.evaluations == ended.evaluations


def test_a_start_is_a_program_in_either_form_and_not_longer_than_programs_of_a_search():
    recipe = load_search_recipe("evolution", ['start="def run():\\n    move()"'])
    assert recipe.start == "DEF run m( move m)"
    with pytest.raises(RecipeError, match=r"--set start: not a program: line 1, column 12: found 'moov'"):
        load_search_recipe("evolution", ["start=DEF run m( moov m)"])
    long = str(Program.parse("DEF run m( " + "move " * 50 + "m)"))
    with pytest.raises(RecipeError, match="at most 45 tokens, this one has 54"):
        load_search_recipe("evolution", [f"start={long}"])
