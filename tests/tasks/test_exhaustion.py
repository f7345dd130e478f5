"""Every initial state of a task, listed: as many as there are, as likely as they are drawn, and none other."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.dsl.program import Program
from leapscli.errors import InputError, TaskError
from leapscli.stages.evaluate import evaluate, exhaust
from leapscli.tasks import exhaustion
from leapscli.tasks.exhaustion import Choices, initial_states
from leapscli.tasks.registry import task
from leapscli.tasks.suites import NAMES
from tests.tasks.solutions import SOLUTIONS

COUNTS = {
    "stairclimber": 45, "fourcorners": 8, "topoff": 510, "maze": 224, "harvester": 4, "doorkey": 18 * 17 * 12,
    "onestroke": 36, "seeder": 24, "pathfollow": 252, "wallavoider": 72,
}  # fmt: skip
MANY = {"cleanhouse": "a draw of one among 459,", "snake": "a draw of one among 9,223,"}


def test_each_task_is_listed_or_says_why_not():
    assert {*COUNTS} | {*MANY} == {*NAMES}


@pytest.mark.parametrize("name", COUNTS)
def test_the_states_are_those_that_are_drawn(name):
    own = task(name)
    states = initial_states(own)
    assert len(states.worlds) == COUNTS[name] and states.likely.sum() == pytest.approx(1)
    drawn = Counter(own.sample(3000, 1))
    likely = dict(zip(states.worlds, states.likely, strict=True))
    assert drawn.keys() <= likely.keys()
    for world, share in likely.items():
        assert abs(drawn[world] - 3000 * share) < 6 * np.sqrt(3000 * share) + 1


@pytest.mark.parametrize("name", MANY)
def test_too_many_to_list(name):
    with pytest.raises(InputError, match=f"the initial states of {name} cannot be listed: {MANY[name]}"):
        initial_states(task(name))


def test_too_many_ways_in_all(monkeypatch):
    monkeypatch.setattr(exhaustion, "MOST", 100)
    with pytest.raises(InputError, match="stairclimber at 30×30 has more than 100 ways to begin"):
        initial_states(task("stairclimber", height=30, width=30))


def ways(act) -> dict[object, Fraction]:
    """What a draw can give, and how likely."""

    class Drawn:
        name, height, width = "drawn", 1, 1
        module = type("module", (), {"draw": staticmethod(lambda rng, height, width: act(rng))})

    found: dict[object, Fraction] = {}
    for choices in exhaustion._ways(Drawn):
        value = Drawn.module.draw(choices, 1, 1)
        found[value] = found.get(value, Fraction(0)) + choices.likely
    assert sum(found.values()) == 1
    return found


def test_draws_turn_out_in_every_way_as_often_as_they_do():
    third = Fraction(1, 3)
    assert ways(lambda rng: int(rng.integers(2, 5))) == {2: third, 3: third, 4: third}
    assert ways(lambda rng: int(rng.integers(2, endpoint=True))) == {0: third, 1: third, 2: third}
    assert ways(lambda rng: str(rng.choice(["a", "b", "b"]))) == {"a": third, "b": 2 * third}
    assert len(ways(lambda rng: tuple(rng.choice(4, 2, replace=False).tolist()))) == 12
    assert len(ways(lambda rng: tuple(rng.subset(np.arange(4), 2).tolist()))) == 6
    assert ways(lambda rng: tuple(rng.permutation([1, 1, 0]).tolist())) == {
        (1, 1, 0): third, (1, 0, 1): third, (0, 1, 1): third
    }  # fmt: skip
    uneven = ways(lambda rng: int(rng.integers(2)) and int(rng.integers(1, 4)))
    assert uneven == {0: Fraction(1, 2), 1: third / 2, 2: third / 2, 3: third / 2}


@pytest.mark.parametrize(
    "act",
    [
        lambda rng: rng.random(),
        lambda rng: rng.integers(3, size=2),
        lambda rng: rng.choice(3, 2),
        lambda rng: rng.choice(2, p=[0.9, 0.1]),
        lambda rng: rng.integers(10**9),
    ],
)
def test_draws_that_cannot_be_listed_are_refused(act):
    with pytest.raises(InputError, match="cannot be listed"):
        act(Choices((), "mine"))


def test_a_task_of_ones_own_is_listed_too_and_its_file_named_where_it_is_not(tmp_path):
    path = tmp_path / "mine.py"
    text = (
        '"""Mine."""\nfrom leapscli.tasks.kit import room, facing_east\nSIZE = (4, 6)\n'
        "def draw(rng, height, width):\n    return room(height, width, facing_east(1, 1 + int(rng.{})))\n"
        "def reward(action, changed, pos, ahead, cells, zone, memory):\n    return 1.0, True\n"
    )
    path.write_text(text.format("integers(4)"))
    assert len(initial_states(task(path)).worlds) == 4
    other = tmp_path / "other.py"
    other.write_text(text.format("normal()"))
    with pytest.raises(TaskError, match=r"other\.py:5: draw: .*cannot be listed: it draws by rng\.normal"):
        initial_states(task(other))


@pytest.mark.parametrize("name", sorted({*COUNTS} & {*SOLUTIONS}))
def test_what_solves_a_task_is_proven_to(name):
    (found,) = exhaust([Program.parse(SOLUTIONS[name])], task(name))
    assert found.proven and found.mean == pytest.approx(1) and found.record()["states"] == COUNTS[name]


def test_the_mean_is_that_which_samples_come_near():
    program = Program.parse("DEF run m( REPEAT R=5 r( IF c( markersPresent c) i( putMarker i) move r) m)")
    own = task("topoff")
    (exact,) = exhaust([program], own)
    sampled = evaluate(program, own, 4000, 3)
    assert not exact.proven and abs(exact.mean - sampled.mean) < 5 * sampled.error
    world = exact.worlds[exact.worst]
    assert own.returns([program], [world], own.budget)[0, 0] == exact.returns.min()


def call(*arguments: str):
    return CliRunner().invoke(build(), ["evaluate", *arguments, "--exhaustive"])


def test_the_command_proves_and_shows_the_worst(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.txt").write_text(SOLUTIONS["harvester"])
    (tmp_path / "bad.txt").write_text("DEF run m( move m)")
    (tmp_path / "both.txt").write_text(SOLUTIONS["harvester"] + "\nDEF run m( move m)\n")
    assert "proven: it solves every initial state of harvester 8×8" in call("good.txt", "harvester").stdout
    shown = call("bad.txt", "harvester").stdout
    assert "0 of 4 are solved" in shown and "########" in shown
    lines = call("both.txt", "harvester").stdout.splitlines()
    assert "yes" in lines[1] and "no" in lines[2]
    error = call("good.txt", "harvester", "--size", "8", "--size", "12").exception
    assert isinstance(error, InputError) and "one size" in error.message
    assert '"proven": true' in call("good.txt", "harvester", "--json").stdout
