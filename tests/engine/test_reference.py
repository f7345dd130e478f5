"""The compiled engine does what the reference interpreter does, on anything the language can say.

LEAPS_CASES=100000 in the environment runs that many random cases of each kind instead of a few thousand.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leapscli.domains.karel import reference
from leapscli.domains.karel.execution import execute
from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from tests.engine.strategies import FILLS, SIZES, budgets, looping, world_of, worlds
from tests.strategies import programs, seeded

CASES, EACH = int(os.environ.get("LEAPS_CASES", "1800")), 6
SETTING = World.parse("#####\n#...#\n#.>1#\n#####")


def agree(program: Program, world: World, budget: Budget) -> None:
    fast, slow = execute(program, world, budget), reference.run(program, world, budget)
    assert (fast.actions, fast.truncated) == (slow.actions, slow.truncated)
    assert fast.world == slow.world


@settings(seeded, max_examples=CASES // EACH, suppress_health_check=list(HealthCheck))
@given(programs(), st.lists(st.tuples(worlds(), budgets()), min_size=EACH, max_size=EACH))
def test_kernel_and_reference_agree(program: Program, cases: list[tuple[World, Budget]]) -> None:
    for world, budget in cases:
        agree(program, world, budget)


def test_kernel_and_reference_agree_on_long_and_looping_programs() -> None:
    rng = np.random.default_rng(7)
    programs = [
        *sample_programs(CASES // 2, 7, max_tokens=150, max_depth=10).programs(),
        *looping(CASES // 2, 7).programs(),
    ]
    assert sum(len(program.ids) > 45 for program in programs) > CASES // 20
    for program in programs:
        shape, fill = SIZES[rng.integers(len(SIZES))], FILLS[rng.integers(len(FILLS))]
        world = world_of(rng, shape, rng.choice((0, 0.1, 0.3)), rng.random() < 0.5, fill)
        agree(program, world, Budget("calls" if rng.random() < 0.5 else "primitives", int(rng.integers(600))))


NESTS = {
    "a REPEAT entered past the budget comes to its action": "REPEAT R=1 r( move r)",
    "idle, then not": "REPEAT R=19 r( REPEAT R=0 r( move r) r) move",
    "idle to the end": "REPEAT R=19 r( " * 30 + "REPEAT R=0 r( move r) " + "r) " * 30,
    "idle inside a WHILE": "WHILE c( frontIsClear c) w( REPEAT R=0 r( move r) w)",
    "an idle loop in a busy one": "REPEAT R=19 r( REPEAT R=19 r( REPEAT R=0 r( move r) r) turnLeft r)",
    "64 REPEATs": "REPEAT R=19 r( " * 64 + "turnLeft " + "r) " * 64,
    "60 IFs": "IF c( frontIsClear c) i( " * 60 + "move " + "i) " * 60,
    "60 WHILEs": "WHILE c( noMarkersPresent c) w( " * 60 + "turnLeft " + "w) " * 60,
    "60 IFELSEs": "IFELSE c( leftIsClear c) i( move i) ELSE e( " * 60 + "turnLeft " + "e) " * 60,
    "20 nots": "WHILE " + "c( not " * 20 + "c( frontIsClear c) " + "c) " * 20 + "w( move w)",
    "21 nots": "WHILE " + "c( not " * 21 + "c( frontIsClear c) " + "c) " * 21 + "w( turnLeft w)",
    "900 statements": "move turnRight putMarker " * 300,
    "full cells": "REPEAT R=19 r( putMarker r) REPEAT R=19 r( pickMarker r)",
}


@pytest.mark.parametrize("body", NESTS.values(), ids=NESTS)
@pytest.mark.parametrize("kind", ["calls", "primitives"])
def test_every_budget_around_every_nest(body: str, kind: str) -> None:
    program = Program.parse(f"DEF run m( {body} m)")
    for limit in (*range(24), 60, 61, 62, 63, 64, 219, 220, 221, 3000):
        agree(program, SETTING, Budget(kind, limit))
