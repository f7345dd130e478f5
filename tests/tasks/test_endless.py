"""Runs that can never end: skipping to the end of their budget gives what running it out gives."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.world import World, Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.engine.engine import Scorer
from leapscli.tasks.registry import task
from leapscli.tasks.suites import names
from tests.engine.strategies import looping

BUDGETS = (Budget.primitives(10_000), Budget.primitives(997), Budget.calls(220), Budget.calls(5003))


@pytest.mark.parametrize("name", names())
def test_skipping_is_running_out(name: str) -> None:
    programs = TokenBatch.concat([looping(250, 10 + names().index(name)), sample_programs(250, 4)])
    scorer, arena = Scorer.of(KAREL, task(name).judge), task(name).arena(task(name).sample(8, seed=3))
    for budget in BUDGETS:
        skipped = scorer.returns(programs, arena, budget, endless=True)
        run_out = scorer.returns(programs, arena, budget, endless=False)
        np.testing.assert_allclose(skipped, run_out, rtol=0, atol=1e-9, err_msg=str(budget))


FLICKER = "DEF run m( WHILE c( noMarkersPresent c) w( putMarker pickMarker w) m)"
CORNER = World.parse("######\n#....#\n#....#\n#>...#\n######")


@pytest.mark.parametrize(("limit", "expected"), [(10**12, 0.0), (10**12 + 1, 0.25), (10**12 + 2, 0.0)])
def test_a_trillion_primitives_take_no_time(limit: int, expected: float) -> None:
    """Test, put (+1/4), pick (-1/4), over and over: where the budget ends decides, and 10**12 = 1 modulo 3."""
    returns = task("fourcorners").returns([Program.parse(FLICKER)], Worlds.stack([CORNER]), Budget.primitives(limit))
    assert returns == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", names())
def test_hopeless_loops_are_found_in_every_task(name: str) -> None:
    """None of these would come back within a lifetime, were it not for the search for endless runs."""
    texts = (
        "WHILE c( noMarkersPresent c) w( turnLeft w)",
        "REPEAT R=19 r( turnLeft WHILE c( noMarkersPresent c) w( turnLeft turnRight r2 w) r)".replace("r2 ", ""),
        "pickMarker WHILE c( noMarkersPresent c) w( WHILE c( markersPresent c) w( turnLeft w) turnLeft w)",
        "WHILE c( noMarkersPresent c) w( REPEAT R=3 r( IF c( leftIsClear c) i( turnLeft i) turnRight r) w)",
    )
    programs = [Program.parse(f"DEF run m( {text} m)") for text in texts]
    returns = task(name).returns(programs, task(name).sample(4, seed=0), Budget.primitives(10**12))
    assert np.isfinite(returns).all()
