"""Programs grown at random, production by production, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leapscli.dsl.compiled.random_stream import below, pick, start_stream, uniform
from leapscli.dsl.vocabulary import Ids
from leapscli.jit import inline, kernel

# The productions of stmt in the order of `Chances.statements`.
WHILE, REPEAT, SEQUENCE, ACTION, IF, IFELSE = range(6)
# A work item of `grow` that is no token: a statement yet to be drawn, with its depth and nesting in the bits above.
_STATEMENT = 256
# Redraws of one program before its limits are called impossible.
TRIES = 100_000
DONE, TOO_LONG = 0, 1


class Chances(NamedTuple):
    """The distributions that `grow` draws from: cumulative float64 arrays over alternatives, in the order of the token
    ids; and the ids.
    """

    ids: Ids
    statements: np.ndarray  # [6]: while, repeat, stmt stmt, action, if, ifelse
    perceptions: np.ndarray  # one each
    actions: np.ndarray  # one each
    negation: float
    max_depth: int
    max_nesting: int


@inline
def condition(state, row, n, chances):
    """Write `c( cond c)` at row[n:], which has room for six tokens, and return the new n."""
    t = chances.ids
    negated = uniform(state) < chances.negation
    row[n] = t.c_open
    if negated:
        row[n + 1], row[n + 2] = t.NOT, t.c_open
        n += 2
    row[n + 1] = t.perception + pick(state, chances.perceptions)
    row[n + 2] = t.c_close
    if negated:
        row[n + 3] = t.c_close
        n += 1
    return n + 3


@inline
def grow(state, row, n, limit, depth, nesting, chances, work):
    """Draw one statement into row[n:]; return where it ends, or -1 where it and what is open would pass `limit`.

    `depth` counts productions above it (1 for a program's body, 2 more for each statement within), `nesting` the
    control statements around it. `row` is uint8[limit + 16], `work` int64[limit + 16].
    """
    t = chances.ids
    work[0] = _STATEMENT + depth + (nesting << 16)
    todo = 1
    while todo > 0:
        if n + todo > limit:  # each item is one token or more
            return -1
        todo -= 1
        item = work[todo]
        if item < _STATEMENT:
            row[n] = item
            n += 1
            continue
        inside = (item - _STATEMENT) & 0xFFFF
        around = (item - _STATEMENT) >> 16
        kind = ACTION
        if inside <= chances.max_depth and around < chances.max_nesting:
            kind = pick(state, chances.statements)
        if kind == ACTION:
            row[n] = t.action + pick(state, chances.actions)
            n += 1
        elif kind == SEQUENCE:
            work[todo] = work[todo + 1] = item + 2
            todo += 2
        elif kind == REPEAT:
            row[n], row[n + 1], row[n + 2] = t.REPEAT, t.r0 + below(state, 20), t.r_open
            n += 3
            work[todo], work[todo + 1] = t.r_close, item + 2 + (1 << 16)
            todo += 2
        else:
            within = item + 2 + (1 << 16)
            row[n] = t.WHILE if kind == WHILE else (t.IF if kind == IF else t.IFELSE)
            n = condition(state, row, n + 1, chances)
            row[n] = t.w_open if kind == WHILE else t.i_open
            n += 1
            if kind == IFELSE:
                work[todo], work[todo + 1], work[todo + 2], work[todo + 3] = t.e_close, within, t.e_open, t.ELSE
                todo += 4
            work[todo] = t.w_close if kind == WHILE else t.i_close
            work[todo + 1] = within
            todo += 2
    return n


@kernel
def sample_rows(key, first, chances, ids, lengths):
    """Fill ids uint8[P, L] and lengths int32[P] with programs first, first + 1, … of the stream `key`.

    A program is redrawn from its own stream until it has at most L tokens. Returns DONE, or TOO_LONG where TRIES
    draws did not give one.
    """
    limit, t = ids.shape[1], chances.ids
    state = np.empty(1, np.uint64)
    row, work = np.empty(limit + 16, np.uint8), np.empty(limit + 16, np.int64)
    row[0], row[1], row[2] = t.DEF, t.run, t.m_open
    for p in range(len(lengths)):
        start_stream(state, key, first + p)
        n = -1
        tries = 0
        while n < 0:
            if tries == TRIES:
                return TOO_LONG
            tries += 1
            n = grow(state, row, 3, limit - 1, 1, 0, chances, work)
        row[n] = t.m_close
        ids[p, : n + 1] = row[: n + 1]
        ids[p, n + 1 :] = t.pad
        lengths[p] = n + 1
    return DONE
