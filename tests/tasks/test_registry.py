"""Tasks by name: which there are, their sizes, and what is said of those there are not."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.dsl.program import Program
from leapscli.engine.budget import UNBOUNDED, Budget
from leapscli.errors import InputError, TaskError
from leapscli.tasks.registry import DEFAULT_BUDGET, task
from leapscli.tasks.suites import names
from tests.tasks.solutions import SOLUTIONS

# The definitions' sizes.
SIZES = {
    **dict.fromkeys(names(), (8, 8)),
    **dict.fromkeys(("stairclimber", "fourcorners", "topoff"), (12, 12)),
    "cleanhouse": (14, 22),
    "wallavoider": (8, 5),
}


def test_twelve_tasks() -> None:
    assert len(names()) == len(set(names())) == 12
    assert Budget.primitives(10_000) == DEFAULT_BUDGET


@pytest.mark.parametrize("name", names())
def test_a_task(name: str) -> None:
    own = task(name)
    assert (own.name, own.height, own.width, own.source) == (name, *SIZES[name], None)
    assert own.summary.endswith(")") and len(own.summary) < 100
    if name != "cleanhouse":
        other = task(name, height=20)
        assert (other.height, other.width) == (20, SIZES[name][1])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("harvestr", "did you mean harvester?"),
        ("four_corners", "did you mean fourcorners?"),
        ("zzz", "one of stairclimber, "),
        ("", "one of stairclimber, "),
        ("registry", "one of stairclimber, "),
    ],
)
def test_an_unknown_name(name: str, hint: str) -> None:
    with pytest.raises(TaskError, match=f"no task is called '{name}'") as error:
        task(name)
    assert hint in str(error.value.hint)


@pytest.mark.parametrize(
    ("name", "height", "width", "reason"),
    [
        ("harvester", 2, 8, "it needs at least 3×5"),
        ("harvester", 8, 0, "it needs at least 3×5"),
        ("harvester", -8, 8, "it needs at least 3×5"),
        ("harvester", 8, 256, "a side has at most 255 cells"),
        ("stairclimber", 12, 13, "it must not be wider than high"),
        ("cleanhouse", 8, 8, "the apartment has one size"),
        ("doorkey", 5, 8, "it needs at least 6×6"),
        ("wallavoider", 8, 4, "it needs at least 5×5"),
    ],
)
def test_a_senseless_size(name: str, height: int, width: int, reason: str) -> None:
    with pytest.raises(TaskError, match=f"{name} at {height}×{width}: {reason}") as error:
        task(name, height=height, width=width)
    assert f"its own size is {SIZES[name][0]}×{SIZES[name][1]}" in str(error.value.hint)


def test_worlds_may_be_a_list() -> None:
    harvester = task("harvester")
    worlds = harvester.sample(3, seed=0)
    program = Program.parse("DEF run m( pickMarker WHILE c( frontIsClear c) w( move pickMarker w) m)")
    alone = harvester.returns([program], [worlds[i] for i in range(3)])
    assert alone.shape == (1, 3) and (alone == harvester.returns([program], worlds)).all() and (alone > 0).all()


def test_a_budget_grows_with_the_area_and_never_shrinks() -> None:
    assert task("maze").budget == DEFAULT_BUDGET == task("maze", height=5, width=5).budget
    assert task("harvester", height=100, width=100).budget == Budget.primitives(1_562_500)
    assert task("stairclimber", height=13).grown(Budget.calls(220)) == Budget.calls(239)  # of 238 1/3, up
    assert task("maze").grown(Budget.calls(220), (16, 16)) == Budget.calls(880)
    assert task("maze", height=255, width=255).grown(Budget.primitives(UNBOUNDED)).limit == UNBOUNDED


def test_a_program_that_harvests_any_field_has_the_time_to_harvest_a_large_one() -> None:
    large = task("harvester", height=100, width=100)
    program, worlds = Program.parse(SOLUTIONS["harvester"]), large.sample(2, seed=0)
    np.testing.assert_allclose(large.returns([program], worlds, large.budget), 1.0)
    assert (large.returns([program], worlds) < 0.9).all()


def test_more_worlds_than_memory_holds_are_refused_at_once() -> None:
    with pytest.raises(InputError, match=r"1,000,000,000,000 worlds of 8×8 would take [\d,]+ GiB, this machine has"):
        task("harvester").sample(10**12, 0)
