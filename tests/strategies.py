"""Hypothesis strategies for what the whole suite draws: programs of every shape the language has."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS, PERCEPTIONS
from leapscli.dsl.tree import Action, Body, Condition, If, IfElse, Not, Perception, Repeat, Statement, While

# The same examples in every run, however slow the machine: `@seeded` above `@given`.
seeded = settings(deadline=None, derandomize=True, database=None, max_examples=200)

_FEWEST = {Action: 1, Repeat: 5, While: 7, If: 7, IfElse: 11}  # tokens, with one action in each body


@st.composite
def programs(draw: st.DrawFn, max_tokens: int | None = None, max_nesting: int = 8) -> Program:
    """Any program of at most `max_tokens` tokens (without it, of a drawn length up to 150), shrinking to one action."""
    room = draw(st.integers(1, (max_tokens or 150) - 4))
    return Program(_body(draw, room, max_nesting)[0])


def _body(draw: st.DrawFn, room: int, nesting: int) -> tuple[Body, int]:
    """Statements of at most `room` tokens together, and how many they take."""
    statement, used = _statement(draw, room, nesting)
    statements = [statement]
    while used < room and draw(st.booleans()):
        statement, more = _statement(draw, room - used, nesting)
        statements.append(statement)
        used += more
    return tuple(statements), used


def _statement(draw: st.DrawFn, room: int, nesting: int) -> tuple[Statement, int]:
    kinds = [kind for kind, least in _FEWEST.items() if least <= room and (nesting or kind is Action)]
    kind = draw(st.sampled_from(kinds))
    if kind is Action:
        return Action(draw(st.sampled_from(ACTIONS))), 1
    spare = room - _FEWEST[kind]
    if kind is Repeat:
        body, used = _body(draw, spare + 1, nesting - 1)
        return Repeat(draw(st.integers(0, 19)), body), 4 + used
    condition, extra = _condition(draw, spare)
    body, used = _body(draw, spare - extra + 1, nesting - 1)
    if kind is not IfElse:
        return kind(condition, body), 6 + extra + used
    orelse, rest = _body(draw, spare - extra - used + 2, nesting - 1)
    return IfElse(condition, body, orelse), 9 + extra + used + rest


def _condition(draw: st.DrawFn, room: int) -> tuple[Condition, int]:
    """A condition, and how many tokens more than a plain perception it takes: three for each `not`."""
    condition: Condition = Perception(draw(st.sampled_from(PERCEPTIONS)))
    nots = draw(st.sampled_from((0, 0, 0, 1, 1, 2, 3)))
    extra = 3 * min(nots, room // 3)
    for _ in range(extra // 3):
        condition = Not(condition)
    return condition, extra
