"""Every searcher keeps the same promises; each does what its paper says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from leapscli.dsl.batch import TokenBatch
from leapscli.errors import RecipeError
from leapscli.progress import StopFlag
from leapscli.results.limits import Limits
from leapscli.search.climbing import FRESH, Climbing, ClimbingSettings
from leapscli.search.discovery import OURS, find
from leapscli.search.loop import Search
from leapscli.search.objective import Objective
from leapscli.search.protocol import Latents
from leapscli.search.recipe import search_recipe
from leapscli.search.record import dump, restore
from leapscli.search.searchers.cebs import CEBS
from leapscli.search.searchers.cebs import Settings as CEBSSettings
from leapscli.search.searchers.random import RandomSearch
from leapscli.search.searchers.random import Settings as RandomSettings
from leapscli.search.searchers.scheduled_hill_climbing import ScheduledHillClimbing
from leapscli.search.searchers.scheduled_hill_climbing import Settings as ScheduledSettings
from leapscli.search.spaces import ProgramSpace, VectorSpace
from tests.search.toy import ToySpace
from tests.search.toy import scored as toy_scored

SPACE = ToySpace()
SETTINGS = {"population": 32, "sigma": 0.4, "elite": 0.2, "init": "normal", "climbers": 4, "neighbours": 24}


def of(name, snap=False, **shared):
    known = find(name).settings.model_fields
    own = {key: value for key, value in {**SETTINGS, "snap": snap}.items() if key in known}
    return find(name).build(search_recipe({"searcher": name, **own, **shared}), SPACE)


def short_programs(tokens):
    """A score for any program: the shorter the better."""
    return np.repeat(5 / tokens.lengths[:, None], 2, axis=1)


def search(name, **changes):
    score = SPACE.nearness(11) if find(name).needs_model else short_programs
    return Search(of(name, **changes), Objective(score, SPACE.decode))


def run(found, iterations, seed=0, progress=None, target=None):
    limits = Limits(iterations=iterations, target=target)
    return found.run(progress or found.begin(seed), limits, StopFlag(), lambda *_: None)[0]


@pytest.mark.parametrize("name", OURS)
def test_asking_changes_nothing_and_seeds_differ(name):
    searcher = of(name)

    def content(points):
        return points.ids if isinstance(points, TokenBatch) else points.z

    state = searcher.init(0)
    assert np.array_equal(content(searcher.ask(state)), content(searcher.ask(state)))
    assert not np.array_equal(content(searcher.ask(state)), content(searcher.ask(searcher.init(1))))
    assert len(searcher.ask(state)) in (32, 33)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("changes", [{}, {"patience": 4}, {"snap": True}], ids=str)
def test_a_search_taken_up_from_json_and_arrays_ends_the_same(name, changes):
    whole = run(search(name, **changes), 24)
    first = search(name, **changes)
    values, arrays = dump(run(first, 11))
    second = search(name, **changes)
    second.objective.memory.put(*first.objective.memory.entries())
    rest = run(second, 24, progress=restore(second.begin(0), json.loads(json.dumps(values)), arrays))
    assert rest.podium.tokens.texts() == whole.podium.tokens.texts()
    assert (rest.candidates, rest.evaluations) == (whole.candidates, whole.evaluations)
    assert json.dumps(dump(rest.searcher)[0]) == json.dumps(dump(whole.searcher)[0])


@pytest.mark.parametrize("name", OURS)
def test_every_searcher_finds_the_best_of_a_smooth_space(name):
    progress = run(search(name, patience=10, snap=name == "cebs"), 300, target=1.0)
    assert progress.podium.best == pytest.approx(1.0)


def test_an_unknown_searcher_is_refused_with_a_suggestion():
    with pytest.raises(RecipeError) as raised:
        find("hillclimbing")
    assert raised.value.hint == "did you mean hill-climbing?"
    with pytest.raises(TypeError, match="cem searches the space of a model"):
        find("cem").build(search_recipe({"searcher": "cem"}), None)


def test_random_search_draws_from_the_prior():
    space = ToySpace()
    space.latent = 100
    searcher = RandomSearch(RandomSettings(population=500), space)
    state = searcher.init(0)
    z = searcher.ask(state).z
    assert z.shape == (500, 100) and abs(z.mean()) < 0.02 and abs(z.std() - 1) < 0.02
    assert (searcher.ask(searcher.tell(state, Latents(z), scored([0.0] * 500))).z != z).any()


def scored(returns):
    return toy_scored(returns, SPACE.tokens[np.arange(len(returns)) % 400])


def cebs(space=SPACE, snap=False) -> CEBS:
    return CEBS(CEBSSettings(population=8, sigma=0.1, elite=0.25, snap=snap), space)


def test_cebs_keeps_each_elites_own_neighbourhood():
    searcher = cebs()
    state = searcher.init(0)
    points = searcher.ask(state)
    state = searcher.tell(state, points, scored([0, 0.5, 0, 0, 0, 0.7, 0, 0]))
    assert (state.elite == points.z[[5, 1]]).all() and state.threshold == 0.5
    children = searcher.ask(state).z
    for i in range(8):
        assert np.abs(children[i] - state.elite[i % 2]).max() < 0.5


def test_cebs_converges_when_the_elites_mean_no_longer_rises():
    searcher = cebs()
    state = searcher.init(0)
    for best, done in [(0.2, False), (0.3, False), (0.3, True)]:
        state = searcher.tell(state, searcher.ask(state), scored([best, best, 0, 0, 0, 0, 0, 0]))
        assert searcher.converged(state) is done


def test_cebs_snaps_elites_to_where_the_encoder_puts_their_programs_if_those_decode_alike():
    searcher = cebs(snap=True)
    state = searcher.init(0)
    points = searcher.ask(state)
    found = Objective(SPACE.nearness(3), SPACE.decode)(points)
    after = searcher.tell(state, points, found)
    best = found.tokens[[int(found.returns.argmax())]]
    assert (after.elite[0] == SPACE.encode(best)[0]).all()
    assert (searcher.ask(after).z[: len(after.elite)] == after.elite).all()
    wrong = ToySpace()
    wrong.encode = lambda tokens: SPACE.places[(SPACE.rows(tokens) + 1) % len(SPACE.tokens)]
    kept = cebs(wrong, snap=True).tell(state, points, found)
    assert all(any((row == z).all() for z in points.z) for row in kept.elite)


def climbing(neighbours=6) -> Climbing:
    return Climbing(ClimbingSettings(climbers=2, population=6, neighbours=neighbours), VectorSpace(SPACE, sigma=0.1))


def test_climbers_start_at_the_best_of_a_handful_and_go_to_the_first_better_neighbour():
    searcher = climbing()
    state = searcher.init(0)
    assert (state.tried == FRESH).all()
    points = searcher.ask(state)
    state = searcher.tell(state, points, scored([0.1, 0.3, 0.2, 0.0, 0.0, 0.0]))
    assert (state.places.z == points.z[[1, 3]]).all() and state.returns.tolist() == [0.3, 0.0]
    points = searcher.ask(state)
    state = searcher.tell(state, points, scored([0.3, 0.4, 0.9, 0.0, 0.0, 0.0]))
    assert (state.places.z[0] == points.z[1]).all() and state.returns.tolist() == [0.4, 0.0]
    assert state.tried.tolist() == [0, 3]


def test_a_climber_without_a_better_neighbour_starts_anew_alone():
    searcher = climbing(neighbours=6)
    state = searcher.init(0)
    for returns in ([0.5] * 6, [0.5, 0.5, 0.6, 0, 0, 0], [0] * 6):
        state = searcher.tell(state, searcher.ask(state), scored(returns))
    assert state.tried.tolist() == [3, FRESH] and state.restarts == 1
    assert state.returns.tolist() == [0.6, -np.inf]
    places = searcher.ask(state).z
    assert np.abs(places[:3] - state.places.z[0]).max() < 0.6 < np.abs(places[3:] - state.places.z[1]).max()


def test_climbers_in_program_space_ask_for_mutants_of_their_programs():
    searcher = Climbing(ClimbingSettings(climbers=3, population=12, neighbours=50), ProgramSpace())
    state = searcher.init(0)
    objective = Objective(short_programs)
    for _ in range(12):
        points = searcher.ask(state)
        assert isinstance(points, TokenBatch) and points.valid().all() and len(points) == 12
        after = searcher.tell(state, points, objective(points))
        assert (after.returns >= state.returns).all()
        state = after
    assert state.returns.tolist() == [1.0, 1.0, 1.0]  # five tokens is as short as it gets


def test_scheduled_climbers_are_patient_by_and_by(monkeypatch):
    k = ScheduledHillClimbing(ScheduledSettings(first_neighbours=32, neighbours=2048), ProgramSpace()).patience
    assert k(0) == k(1) == 32 and k(1000) == 256 and k(1_000_000) == k(10**9) == 2048
    assert sorted(steps := [k(n) for n in range(1, 20_000, 50)]) == steps
    searcher = climbing()
    monkeypatch.setattr(searcher, "patience", lambda candidates: 3 if candidates < 18 else 9)
    state = searcher.init(0)
    tried = []
    for returns in ([0.5] * 6, [0] * 6, [0.4] * 6, [0] * 6, [0] * 6, [0] * 6):
        state = searcher.tell(state, searcher.ask(state), scored(returns))
        tried.append(state.tried[0])
    assert tried == [0, FRESH, 0, 3, 6, FRESH]  # after 12 candidates three were enough, then it took nine
