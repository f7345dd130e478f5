"""Behaviour: equal for programs that do the same however they are written, different for those that do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapscli.domains.karel.behaviour import WORLDS, _kernel, behaviour
from leapscli.domains.karel.execution import rollouts
from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.tree import Action, Body, If, IfElse, Not, Repeat, Statement, While
from leapscli.engine.budget import PRIMITIVES, Budget
from leapscli.errors import InputError
from tests.strategies import programs, seeded


def equal(one: str, other: str) -> tuple[bool, bool]:
    """Whether both take the same actions, and whether they do so but for turns."""
    found = behaviour(TokenBatch.of([Program.parse(f"DEF run m( {text} m)") for text in (one, other)]))
    return bool(found.traces[0] == found.traces[1]), bool(found.walks[0] == found.walks[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("move", "REPEAT R=1 r( move r)"),
        ("move", "REPEAT R=0 r( turnLeft r) move"),
        ("REPEAT R=6 r( move r)", "REPEAT R=2 r( REPEAT R=3 r( move r) r)"),
        ("IF c( markersPresent c) i( move i)", "IF c( not c( noMarkersPresent c) c) i( move i)"),
        ("WHILE c( frontIsClear c) w( move w)", "WHILE c( frontIsClear c) w( IF c( frontIsClear c) i( move i) w)"),
        ("WHILE c( frontIsClear c) w( move w)", "REPEAT R=19 r( WHILE c( frontIsClear c) w( move w) r)"),
        ("IFELSE c( leftIsClear c) i( move i) ELSE e( move e)", "move"),
        (
            "IFELSE c( leftIsClear c) i( move i) ELSE e( turnLeft e)",
            "IFELSE c( not c( leftIsClear c) c) i( turnLeft i) ELSE e( move e)",
        ),
    ],
)
def test_rewriting_changes_nothing(one: str, other: str) -> None:
    assert equal(one, other) == (True, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("turnLeft turnLeft turnLeft move", "turnRight move"),
        ("move turnLeft turnRight", "move"),
        ("turnLeft turnLeft", "turnRight turnRight"),
        ("REPEAT R=4 r( turnLeft r) putMarker", "putMarker"),
        ("WHILE c( frontIsClear c) w( turnLeft turnRight move w)", "WHILE c( frontIsClear c) w( move w)"),
    ],
)
def test_turns_on_the_spot_do_not_change_the_walk(one: str, other: str) -> None:
    assert equal(one, other) == (False, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("move", "move move"),
        ("turnLeft", "turnRight"),
        ("move turnLeft", "move turnRight"),
        ("putMarker", "pickMarker"),
        ("putMarker pickMarker", "turnLeft turnRight"),
        ("WHILE c( frontIsClear c) w( move w)", "REPEAT R=19 r( move r)"),
        ("WHILE c( leftIsClear c) w( move w)", "WHILE c( rightIsClear c) w( move w)"),
    ],
)
def test_different_programs_differ(one: str, other: str) -> None:
    assert equal(one, other) == (False, False)


def rewritten(body: Body, draw: st.DrawFn) -> Body:
    """The body written in another way that does the same."""
    return tuple(each for statement in body for each in _rewritten(statement, draw))


def _rewritten(statement: Statement, draw: st.DrawFn) -> Body:
    way = draw(st.integers(0, 3))
    match statement:
        case Action(name):
            turns = {"turnLeft": "turnRight", "turnRight": "turnLeft"}
            if way == 0 and name in turns:
                return (Action(turns[name]),) * 3
            return (Repeat(1, (statement,)),) if way == 1 else (statement,)
        case Repeat(times, inner):
            inner = rewritten(inner, draw)
            if way == 0 and times in (1, 2):
                return inner * times
            return (
                (Repeat(2, (Repeat(times // 2, inner),)),) if way == 1 and times % 2 == 0 else (Repeat(times, inner),)
            )
        case While(condition, inner):
            inner = rewritten(inner, draw)
            again = While(Not(Not(condition)) if way == 0 else condition, inner)
            return (again, again) if way == 1 else (If(condition, (again,)),) if way == 2 else (again,)
        case If(condition, inner):
            inner = rewritten(inner, draw)
            return (If(condition, (If(condition, inner),)),) if way == 0 else (If(condition, inner),)
        case IfElse(condition, inner, orelse):
            inner, orelse = rewritten(inner, draw), rewritten(orelse, draw)
            return (IfElse(Not(condition), orelse, inner),) if way == 0 else (IfElse(condition, inner, orelse),)
    raise AssertionError(statement)


@given(data=st.data(), program=programs(45, 4))
@seeded
def test_any_program_may_be_rewritten(data: st.DataObject, program: Program) -> None:
    other = Program(rewritten(program.body, data.draw))
    walks = behaviour(TokenBatch.of([program, other])).walks
    assert walks[0] == walks[1]


def test_equal_traces_are_equal_traces_of_the_engine() -> None:
    """Of programs that end within 100 actions on every probe world, two are alike exactly when their traces are."""
    drawn = sample_programs(3000, 1)
    worlds = random_worlds(WORLDS, 0, wall=0.2, marker=0.3)
    runs = rollouts(drawn, worlds, Budget.primitives(PRIMITIVES), max_actions=100)
    ended = np.flatnonzero(~runs.truncated.any(1))
    assert len(ended) > 1000
    _, classes = np.unique(runs.actions[ended].reshape(len(ended), -1), axis=0, return_inverse=True)
    _, mine = np.unique(behaviour(drawn[ended]).traces, return_inverse=True)
    pairs = np.unique(np.stack([classes.ravel(), mine]), axis=1)
    assert pairs.shape[1] == classes.max() + 1 == mine.max() + 1


def test_perceptions_are_used() -> None:
    tests = [f"IF c( {name} c) i( putMarker i)" for name in ("frontIsClear", "leftIsClear", "markersPresent")]
    found = behaviour(TokenBatch.of([Program.parse(f"DEF run m( {text} m)") for text in tests]))
    assert len(set(found.walks)) == 3


def test_a_batch_is_its_programs() -> None:
    drawn = sample_programs(50, 2)
    whole = behaviour(drawn)
    assert all(behaviour(drawn[i]).walks[0] == whole.walks[i] for i in range(50))


def test_arrays_of_another_kind_give_the_same_and_are_not_compiled_for() -> None:
    drawn = sample_programs(40, 3)
    whole, compiled = behaviour(drawn).walks, len(_kernel().signatures)
    ids = drawn.ids.copy()
    ids.flags.writeable = False
    for other in (TokenBatch(ids, drawn.lengths)[::2], TokenBatch(np.asfortranarray(ids), drawn.lengths)[::2]):
        assert np.array_equal(behaviour(other).walks, whole[::2])
    assert len(_kernel().signatures) == compiled


def test_what_is_no_program_is_refused() -> None:
    with pytest.raises(InputError, match="invalid token sequences"):
        behaviour(TokenBatch.from_ids(np.array([[1, 2, 3]])))
