"""Reductions are programs, all shorter, and reach every part of the tree."""

from __future__ import annotations

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.reductions import reductions
from leapscli.dsl.sampler import sample_programs


def test_the_reductions_of_a_program_with_every_kind_of_block():
    program = Program.parse(
        "DEF run m( REPEAT R=3 r( move r) IFELSE c( frontIsClear c) i( move turnLeft i) ELSE e( putMarker e) m)"
    )
    assert {str(reduced) for reduced in reductions(program)} == {
        "DEF run m( IFELSE c( frontIsClear c) i( move turnLeft i) ELSE e( putMarker e) m)",
        "DEF run m( REPEAT R=3 r( move r) m)",
        "DEF run m( move IFELSE c( frontIsClear c) i( move turnLeft i) ELSE e( putMarker e) m)",
        "DEF run m( REPEAT R=3 r( move r) move turnLeft m)",
        "DEF run m( REPEAT R=3 r( move r) putMarker m)",
        "DEF run m( REPEAT R=3 r( move r) IF c( frontIsClear c) i( move turnLeft i) m)",
        "DEF run m( REPEAT R=3 r( move r) IFELSE c( frontIsClear c) i( turnLeft i) ELSE e( putMarker e) m)",
        "DEF run m( REPEAT R=3 r( move r) IFELSE c( frontIsClear c) i( move i) ELSE e( putMarker e) m)",
    }


def test_neighbours_go_together_too():
    program = Program.parse("DEF run m( turnLeft turnRight move m)")
    assert {str(reduced)[11:-3] for reduced in reductions(program)} == {
        "turnRight move", "turnLeft move", "turnLeft turnRight", "move", "turnLeft",
    }  # fmt: skip


def test_reductions_are_valid_and_shorter_and_one_action_has_none():
    for program in sample_programs(200, 0).programs():
        shorter = list(reductions(program))
        assert all(len(reduced.tokens) < len(program.tokens) for reduced in shorter)
        assert not shorter or TokenBatch.of(shorter).valid().all()
    assert not list(reductions(Program.parse("DEF run m( move m)")))
