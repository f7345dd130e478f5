"""Tokens that may follow a prefix: one push-down automaton for parser, sampler and decoder alike.

A state is (innermost open block, what has been read of it). A token leads to another state, or opens a construct (the
state to come back to is pushed), or closes one (that state is popped). The same automaton stands here twice: as
dictionaries for one program at a time, and as arrays (`tables_of`) for batches, which numpy and torch index alike. Its
states are the same whatever the names of actions and perceptions.

A finished program accepts only `<pad>`. No body may be left empty; the mask published with LEAPS allows that and its
parser then rejects it. With `remaining`, the mask allows only what can still be finished within that many tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, NamedTuple, TypeVar

import numpy as np

from leapscli.dsl.diagnostics import syntax_error
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import COUNTS, Vocabulary
from leapscli.errors import InputError, described

Self = TypeVar("Self", bound="_Arrays")


class Move(NamedTuple):
    """The effect of a token on the automaton: go to `target` (None: back to the popped state), having pushed `back`."""

    target: str | None
    back: str | None = None


# Blocks by the token that closes them; the first branch of IFELSE is closed by the same `i)` as IF's, so it is "then".
_BLOCKS = {"m": "m)", "w": "w)", "r": "r)", "i": "i)", "then": "i)", "e": "e)"}
# Constructs with a condition, and the block that follows it.
_CONDITIONS = {"WHILE": "w", "IF": "i", "IFELSE": "then"}


def _statement(vocabulary: Vocabulary, after: str) -> dict[str, Move]:
    """The moves of every statement's first token, in a block that goes on in state `after`."""
    opens = {word: Move(f"{word} _", after) for word in ("REPEAT", *_CONDITIONS)}
    return {action: Move(after) for action in vocabulary.actions} | opens


def _condition(vocabulary: Vocabulary, word: str, closed: Move) -> dict[str, dict[str, Move]]:
    """The states of `word c( cond c)`."""
    inside = {perception: Move(f"{word} c( cond") for perception in vocabulary.perceptions}
    return {
        f"{word} c( cond": {"c)": closed},
        f"{word} _": {"c(": Move(f"{word} c(")},
        f"{word} c(": inside | {"not": Move("not _", f"{word} c( cond")},
    }


@cache
def automaton_of(vocabulary: Vocabulary = PUBLISHED) -> dict[str, dict[str, Move]]:
    """Every state with its moves. States that get pushed come first: they fit the four bits of a cursor's stack."""
    states: dict[str, dict[str, Move]] = {}
    for block, closer in _BLOCKS.items():
        after = {"m": Move("end"), "then": Move("i( i)")}.get(block, Move(None))
        states[f"{block}( stmt"] = {**_statement(vocabulary, f"{block}( stmt"), closer: after}
    for word, block in _CONDITIONS.items():
        states |= _condition(vocabulary, word, Move(f"{word} {block}"))
        states[f"{word} {block}"] = {"w(" if block == "w" else "i(": Move(f"{block}(")}
    states |= _condition(vocabulary, "not", Move(None))
    states |= {f"{block}(": _statement(vocabulary, f"{block}( stmt") for block in _BLOCKS}
    states |= {"REPEAT _": {count: Move("REPEAT R") for count in COUNTS}, "REPEAT R": {"r(": Move("r(")}}
    states |= {"i( i)": {"ELSE": Move("ELSE _")}, "ELSE _": {"e(": Move("e(")}}
    states |= {"start": {"DEF": Move("DEF")}, "DEF": {"run": Move("run")}, "run": {"m(": Move("m(")}}
    states["end"] = {"<pad>": Move("end")}
    pushed = {move.back for moves in states.values() for move in moves.values() if move.back is not None}
    return dict(sorted(states.items(), key=lambda item: item[0] not in pushed))


STATES = tuple(automaton_of())
START = STATES.index("start")
END = STATES.index("end")


def _least() -> dict[str, int]:
    """The least number of tokens from each state until its construct is closed, by fixed point."""
    least = {state: 0 if state == "end" else 10**6 for state in STATES}

    def through(move: Move) -> int:
        return 1 + (least[move.target] if move.target else 0) + (least[move.back] if move.back else 0)

    for _ in STATES:
        least |= {state: min(map(through, automaton_of()[state].values())) for state in STATES if state != "end"}
    return least


LEAST = _least()
SHORTEST_PROGRAM = LEAST["start"]

_BITS = 4
# Every level of the stack costs at least the three tokens of `not c( … c)`, so a program that may be this long never
# opens more than the 15 levels that fit a signed 64-bit word (a test measures it).
CURSOR_MAX_TOKENS = 53


class _Arrays:
    """A record of arrays that can be converted or indexed all at once."""

    def map(self: Self, convert: Callable[[Any], Any]) -> Self:
        """The same record with `convert` applied to each array: `tables_of().map(torch.as_tensor)`."""
        return type(self)(*(convert(getattr(self, f.name)) for f in fields(self)))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Tables(_Arrays):
    """The automaton as arrays over S states and V tokens; rows of tokens that are not allowed mean nothing.

    allowed: bool[S, V]; closing: int64[S, V], the change in the least number of tokens needed to finish;
    target: int64[S, V], the next state (0 where one is popped); back: int64[S, V], the state pushed (else 0);
    push, pop: int64[S, V], the bits by which the stack grows or shrinks, 4 or 0.
    """

    allowed: Any
    closing: Any
    target: Any
    back: Any
    push: Any
    pop: Any


@cache
def tables_of(vocabulary: Vocabulary = PUBLISHED) -> Tables:
    """The automaton of a vocabulary."""
    allowed = np.zeros((len(STATES), vocabulary.size), bool)
    closing, target, back, push, pop = np.zeros((5, *allowed.shape), np.int64)
    for s, (state, moves) in enumerate(automaton_of(vocabulary).items()):
        for token, move in moves.items():
            at = s, vocabulary.token_id[token]
            allowed[at] = True
            closing[at] = sum(LEAST[name] for name in move if name is not None) - LEAST[state]
            target[at] = STATES.index(move.target) if move.target else 0
            back[at] = STATES.index(move.back) if move.back else 0
            push[at], pop[at] = _BITS * (move.back is not None), _BITS * (move.target is None)
    return Tables(allowed, closing, target, back, push, pop)


@dataclass(frozen=True, eq=False)
class Cursor(_Arrays):
    """The states of B programs being written. All int64[B]; `stack` packs four bits a level, innermost lowest.

    `closing` is the least number of tokens that finish the program, 0 once it is finished.
    """

    state: Any
    stack: Any
    closing: Any

    @staticmethod
    def start(batch: int) -> Cursor:
        """`batch` empty prefixes, as numpy arrays (`.map(torch.as_tensor)` for torch)."""
        zeros = np.zeros(batch, np.int64)
        return Cursor(zeros + START, zeros, zeros + SHORTEST_PROGRAM)


def mask(tables: Tables, cursor: Cursor, remaining: Any) -> Any:
    """bool[B, V]: the tokens after which each program can still be finished within `remaining` tokens, these included.

    `remaining` is a number or an integer array [B], at most CURSOR_MAX_TOKENS at the start. As long as it starts at
    SHORTEST_PROGRAM or more and falls by one a step, no unfinished row is ever empty.
    """
    if isinstance(remaining, int) and remaining > CURSOR_MAX_TOKENS:
        raise ValueError(f"a cursor holds programs of at most {CURSOR_MAX_TOKENS} tokens, not {remaining}")
    room = remaining - 1 - cursor.closing
    return tables.allowed[cursor.state] & (tables.closing[cursor.state] <= room[:, None])


def advance(tables: Tables, cursor: Cursor, token: Any) -> Cursor:
    """The cursor after `token`, an integer array [B] of tokens that the mask allows (not checked here)."""
    at = cursor.state, token
    pop, push = tables.pop[at], tables.push[at]
    state = tables.target[at] + (cursor.stack & 15) * (pop >> 2)
    stack = (cursor.stack >> pop << push) | tables.back[at]
    return Cursor(state, stack, cursor.closing + tables.closing[at])


class Walker:
    """The automaton over one program, token by token, to any depth."""

    def __init__(self, vocabulary: Vocabulary = PUBLISHED) -> None:
        self.automaton = automaton_of(vocabulary)
        self.state = "start"
        self.stack: list[str] = []

    @property
    def expected(self) -> tuple[str, ...]:
        """The tokens allowed next, sorted."""
        return tuple(sorted(self.automaton[self.state]))

    def take(self, token: str) -> bool:
        """Read one token; False, and nothing changes, where it is not allowed."""
        move = self.automaton[self.state].get(token)
        if move is None:
            return False
        if move.back is not None:
            self.stack.append(move.back)
        self.state = move.target if move.target is not None else self.stack.pop()
        return True


def allowed_next(prefix: Sequence[str], vocabulary: Vocabulary = PUBLISHED) -> set[str]:
    """The tokens that may follow `prefix` (any length; only `<pad>` after the last `m)`).

    ProgramSyntaxError where `prefix` itself is not the beginning of a program, InputError where it is no list of texts.
    """
    if isinstance(prefix, str) or not isinstance(prefix, Sequence) or not all(isinstance(t, str) for t in prefix):
        raise InputError(f"expected a list of tokens, not {described(prefix)}", "text.split() makes one of a text")
    walker = Walker(vocabulary)
    for i, token in enumerate(prefix):
        if not walker.take(token):
            column = sum(len(word) + 1 for word in prefix[:i]) + 1
            raise syntax_error(" ".join(prefix), 1, column, token, walker.expected, vocabulary)
    return set(walker.expected)
