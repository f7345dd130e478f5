"""What makes no difference is left out, and nothing else."""

from __future__ import annotations

from functools import partial

from leapscli.dsl.program import Program
from leapscli.search.objective import Objective
from leapscli.search.simplify import simplify
from leapscli.tasks.registry import task

HARVEST = "WHILE c( markersPresent c) w( pickMarker move w)"


def objective(count=8, seed=0, size=None) -> Objective:
    harvester = task("harvester", height=size, width=size)
    return Objective(partial(harvester.returns, worlds=harvester.sample(count, seed)))


def test_statements_that_do_nothing_and_blocks_that_always_run_once_go():
    idle = f"IF c( markersPresent c) i( {HARVEST} i) REPEAT R=0 r( move r) turnLeft turnRight"
    found = simplify(Program.parse(f"DEF run m( {idle} m)"), [objective()])
    assert str(found) == f"DEF run m( {HARVEST} m)"


def test_a_program_stays_as_it_is_where_any_objective_tells_its_reductions_apart():
    program = Program.parse(f"DEF run m( {HARVEST} turnLeft turnLeft REPEAT R=9 r( move r) {HARVEST} m)")
    judges = [objective(), objective(seed=1, size=11)]
    found = simplify(program, judges)
    assert len(found.tokens) <= len(program.tokens)
    for judge in judges:
        kinds = [judge(_batch(p)).behaviours[0] for p in (program, found)]
        assert kinds[0] == kinds[1]
    needed = Program.parse("DEF run m( pickMarker move pickMarker m)")
    assert simplify(needed, judges) == needed


def _batch(program):
    from leapscli.dsl.batch import TokenBatch

    return TokenBatch.of([program])
