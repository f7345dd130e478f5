"""Programs grown at random, production by production, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leapscli.dsl.compiled.random_stream import below, pick, start_stream, uniform
from leapscli.dsl.vocabulary import ACTION_TOKENS, PAD, PERCEPTIONS, TOKEN_ID
from leapscli.jit import inline, kernel

_DEF, _RUN, _M_OPEN, _M_CLOSE = (TOKEN_ID[t] for t in ("DEF", "run", "m(", "m)"))
_REPEAT, _R0, _R_OPEN, _R_CLOSE = (TOKEN_ID[t] for t in ("REPEAT", "R=0", "r(", "r)"))
_WHILE, _W_OPEN, _W_CLOSE, _IF, _IFELSE, _ELSE = (TOKEN_ID[t] for t in ("WHILE", "w(", "w)", "IF", "IFELSE", "ELSE"))
_I_OPEN, _I_CLOSE, _E_OPEN, _E_CLOSE = (TOKEN_ID[t] for t in ("i(", "i)", "e(", "e)"))
_C_OPEN, _C_CLOSE, _NOT = (TOKEN_ID[t] for t in ("c(", "c)", "not"))
_ACTION, _PERCEPTION, _PAD = TOKEN_ID[ACTION_TOKENS[0]], TOKEN_ID[PERCEPTIONS[0]], PAD

# The productions of stmt in the order of `Chances.statements`.
WHILE, REPEAT, SEQUENCE, ACTION, IF, IFELSE = range(6)
# A work item of `grow` that is no token: a statement yet to be drawn, with its depth and nesting in the bits above.
_STATEMENT = 64
# Redraws of one program before its limits are called impossible.
TRIES = 100_000
DONE, TOO_LONG = 0, 1


class Chances(NamedTuple):
    """The distributions that `grow` draws from: cumulative float64 arrays over alternatives, in the order of the token
    ids.
    """

    statements: np.ndarray  # [6]: while, repeat, stmt stmt, action, if, ifelse
    perceptions: np.ndarray  # [5]
    actions: np.ndarray  # [5]
    negation: float
    max_depth: int
    max_nesting: int


@inline
def condition(state, row, n, chances):
    """Write `c( cond c)` at row[n:], which has room for six tokens, and return the new n."""
    negated = uniform(state) < chances.negation
    row[n] = _C_OPEN
    if negated:
        row[n + 1], row[n + 2] = _NOT, _C_OPEN
        n += 2
    row[n + 1] = _PERCEPTION + pick(state, chances.perceptions)
    row[n + 2] = _C_CLOSE
    if negated:
        row[n + 3] = _C_CLOSE
        n += 1
    return n + 3


@inline
def grow(state, row, n, limit, depth, nesting, chances, work):
    """Draw one statement into row[n:]; return where it ends, or -1 where it and what is open would pass `limit`.

    `depth` counts productions above it (1 for a program's body, 2 more for each statement within), `nesting` the
    control statements around it. `row` is uint8[limit + 16], `work` int64[limit + 16].
    """
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
            row[n] = _ACTION + pick(state, chances.actions)
            n += 1
        elif kind == SEQUENCE:
            work[todo] = work[todo + 1] = item + 2
            todo += 2
        elif kind == REPEAT:
            row[n], row[n + 1], row[n + 2] = _REPEAT, _R0 + below(state, 20), _R_OPEN
            n += 3
            work[todo], work[todo + 1] = _R_CLOSE, item + 2 + (1 << 16)
            todo += 2
        else:
            within = item + 2 + (1 << 16)
            row[n] = _WHILE if kind == WHILE else (_IF if kind == IF else _IFELSE)
            n = condition(state, row, n + 1, chances)
            row[n] = _W_OPEN if kind == WHILE else _I_OPEN
            n += 1
            if kind == IFELSE:
                work[todo], work[todo + 1], work[todo + 2], work[todo + 3] = _E_CLOSE, within, _E_OPEN, _ELSE
                todo += 4
            work[todo] = _W_CLOSE if kind == WHILE else _I_CLOSE
            work[todo + 1] = within
            todo += 2
    return n


@kernel
def sample_rows(key, first, chances, ids, lengths):
    """Fill ids uint8[P, L] and lengths int32[P] with programs first, first + 1, … of the stream `key`.

    A program is redrawn from its own stream until it has at most L tokens. Returns DONE, or TOO_LONG where TRIES
    draws did not give one.
    """
    limit = ids.shape[1]
    state = np.empty(1, np.uint64)
    row, work = np.empty(limit + 16, np.uint8), np.empty(limit + 16, np.int64)
    row[0], row[1], row[2] = _DEF, _RUN, _M_OPEN
    for p in range(len(lengths)):
        start_stream(state, key, first + p)
        n = -1
        tries = 0
        while n < 0:
            if tries == TRIES:
                return TOO_LONG
            tries += 1
            n = grow(state, row, 3, limit - 1, 1, 0, chances, work)
        row[n] = _M_CLOSE
        ids[p, : n + 1] = row[: n + 1]
        ids[p, n + 1 :] = _PAD
        lengths[p] = n + 1
    return DONE
