"""Demonstrations: that they are what the engine says, that they cover the program, and that chance is reproducible."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.demonstrations import FATES, RUNS, Demonstrations, Rules, demonstrate
from leapscli.domains.karel.execution import rollouts
from leapscli.domains.karel.world import Worlds, random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.engine.engine import Rollouts
from leapscli.errors import InputError

PROGRAMS = sample_programs(400, 5)
PLACES = np.arange(len(PROGRAMS))
HERE = "markersPresent"


def shown(text: str, **rules: float) -> Demonstrations:
    programs = TokenBatch.of([Program.parse(f"DEF run m( {text} m)")])
    return demonstrate(programs, np.array([0]), Rules(**rules), 0)


def run_again(programs: TokenBatch, found: Demonstrations, room: int) -> Rollouts:
    """The kept programs on the worlds of their demonstrations, by the engine."""
    k, d, h, w = found.cells.shape
    worlds = Worlds.from_cells(found.cells.reshape(k * d, h, w), found.agents.reshape(k * d, 3))
    return rollouts(programs[found.kept], worlds, Budget.calls(220), max_actions=room, pairing="each")


@pytest.mark.parametrize(
    "rules",
    [Rules(), Rules(crash_free=False), Rules(4, 20, height=5, width=9, wall=0.3, marker=0.5, tries=30)],
    ids=["paper", "crashes", "others"],
)
def test_demonstrations_are_what_the_engine_does_and_cover_every_action(rules: Rules) -> None:
    found = demonstrate(PROGRAMS, PLACES, rules, 0)
    assert 50 < len(found.kept) < len(PROGRAMS)
    runs = run_again(PROGRAMS, found, rules.max_actions)
    assert np.array_equal(runs.actions, found.actions) and np.array_equal(runs.lengths, found.lengths)
    assert found.lengths.min() > 0
    for p, program in enumerate(PROGRAMS[found.kept].programs()):
        actions = sum(type(node).__name__ == "Action" for node in program.walk())
        assert int(np.bitwise_or.reduce(runs.covered[p])) == 2**actions - 1
    if rules.crash_free:
        assert not runs.failed.any() and not runs.truncated.any()
    else:
        assert runs.failed.any() and runs.truncated.any()


def test_a_program_depends_on_its_place_and_the_seed_alone() -> None:
    whole = demonstrate(PROGRAMS, PLACES, Rules(), 0)
    part = demonstrate(PROGRAMS[100:], PLACES[100:], Rules(), 0)
    skipped = int((whole.kept < 100).sum())
    assert np.array_equal(whole.kept[skipped:] - 100, part.kept) and np.array_equal(whole.fates[100:], part.fates)
    for name in ("cells", "agents", "actions", "lengths"):
        assert np.array_equal(getattr(whole, name)[skipped:], getattr(part, name))
    for other in (demonstrate(PROGRAMS, PLACES, Rules(), 1), demonstrate(PROGRAMS, PLACES + 1, Rules(), 0)):
        assert not np.array_equal(whole.cells[:50], other.cells[:50])


def test_the_first_part_of_a_batch_is_what_the_first_programs_give() -> None:
    whole, part = demonstrate(PROGRAMS, PLACES, Rules(), 0), demonstrate(PROGRAMS[:120], PLACES[:120], Rules(), 0)
    cut = whole[:120]
    for name in ("fates", "tallies", "kept", "cells", "agents", "actions", "lengths"):
        assert np.array_equal(getattr(cut, name), getattr(part, name))


@pytest.mark.parametrize(
    ("text", "fate", "reason"),
    [
        ("move", "kept", None),
        ("IF c( markersPresent c) i( pickMarker i) turnRight", "kept", None),
        ("WHILE c( markersPresent c) w( pickMarker w)", "too_few_runs", "idle"),
        ("putMarker WHILE c( markersPresent c) w( turnLeft w)", "too_few_runs", "too_long"),
        (
            "putMarker WHILE c( markersPresent c) w( IF c( noMarkersPresent c) i( move i) w)",
            "too_few_runs",
            "cut_short",
        ),
        ("putMarker pickMarker pickMarker pickMarker", "too_few_runs", "failed"),
        (
            "turnLeft WHILE c( markersPresent c) w( pickMarker w) IF c( markersPresent c) i( move i)",
            "uncovered",
            "redundant",
        ),
        ("turnLeft REPEAT R=0 r( move r)", "uncovered", "redundant"),
    ],
)
def test_what_becomes_of_programs(text: str, fate: str, reason: str | None) -> None:
    found = shown(text)
    assert FATES[found.fates[0]] == fate
    if reason:
        assert found.tallies[0, RUNS.index(reason)] > 50


def test_every_run_is_accounted_for() -> None:
    found = demonstrate(PROGRAMS, PLACES, Rules(), 0)
    drawn, *lost = found.tallies.T
    kept_runs = drawn - sum(lost)
    assert (kept_runs[found.kept] >= 10).all() and drawn.max() <= 100 and kept_runs.min() >= 0


def test_tries_end_early_only_when_they_can_no_longer_succeed() -> None:
    drawn = shown("putMarker pickMarker pickMarker pickMarker").tallies[0, 0]
    assert drawn == 91  # ten more could not be found among nine
    assert shown("turnLeft REPEAT R=0 r( move r)").tallies[0, 0] == 100


def test_worlds_have_the_distribution_of_the_slow_generator() -> None:
    """20,000 worlds against 2,000 of `random_worlds`: walls, markers, Karel's places and directions."""
    text = TokenBatch.of([Program.parse("DEF run m( turnLeft m)")] * 2000)
    found = demonstrate(text, np.arange(2000), Rules(), 3)
    cells, agents = found.cells.reshape(-1, 8, 8), found.agents.reshape(-1, 3)
    slow = random_worlds(2000, 3)
    border = np.ones((8, 8), bool)
    border[1:-1, 1:-1] = False
    assert (cells[:, border] == WALL).all() and set(np.unique(cells)) == {0, 1, WALL}
    assert (cells[np.arange(len(cells)), agents[:, 0], agents[:, 1]] != WALL).all()
    for mine, other, tolerance in (
        ((cells == WALL).mean(), slow.walls.mean(), 0.004),
        ((cells == 1).mean(), (slow.markers == 1).mean(), 0.004),
        (*(np.bincount(each[:, 2], minlength=4) / len(each) for each in (agents, slow.agents)), 0.04),
        (*(np.bincount(each[:, 0] * 8 + each[:, 1], minlength=64) / len(each) for each in (agents, slow.agents)), 0.02),
    ):
        assert np.allclose(mine, other, atol=tolerance)
    assert abs((cells == WALL)[:, 1:-1, 1:-1].mean() - 0.1) < 0.002
    assert len(np.unique(cells.reshape(len(cells), -1), axis=0)) > 0.99 * len(cells)


@pytest.mark.parametrize(("wall", "marker", "free"), [(0.0, 1.0, 36), (1.0, 0.0, 1), (0.999, 0.0, 1)])
def test_extreme_probabilities(wall: float, marker: float, free: int) -> None:
    cells = shown("turnLeft", wall=wall, marker=marker).cells
    assert ((cells == marker).sum((2, 3)) >= free).all() and (cells != WALL).sum((2, 3)).mean() < free + 0.5


@pytest.mark.parametrize("rules", [{"height": 2}, {"width": 2}, {"tries": 9}])
def test_rules_that_no_world_can_satisfy(rules: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Rules(**rules)


def test_what_is_no_program_is_refused() -> None:
    with pytest.raises(InputError, match="invalid token sequences"):
        demonstrate(TokenBatch.from_ids(np.array([[1, 2, 3]])), np.array([0]), Rules(), 0)
