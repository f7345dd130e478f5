"""The grammar's masks in the form that training and decoding want: one table, and a key into it for every token.

What may come next depends on the automaton's state and on the slack, the tokens left beyond the fewest that finish the
program. So every mask of a decoder of at most L tokens is a row of one table over (state, slack).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.grammar import SHORTEST_PROGRAM, STATES, Cursor, advance, mask, tables_of
from leapscli.dsl.vocabulary import MAX_TOKENS

Array = np.ndarray[Any, Any]
SLACKS = MAX_TOKENS - SHORTEST_PROGRAM + 1


@dataclass(frozen=True, eq=False)
class MaskTable:
    """Over keys: `allowed` bool[keys, V]; `choice` bool[keys], whether more than one token is allowed."""

    allowed: Array
    choice: Array


def _mask_table() -> MaskTable:
    """One row for each pair of state and slack."""
    state, slack = (axis.ravel() for axis in np.indices((len(STATES), SLACKS)))
    zeros = np.zeros_like(state)
    allowed = mask(tables_of(), Cursor(state, zeros, zeros), slack)  # closing 0: remaining is the slack itself
    return MaskTable(allowed, allowed.sum(1) > 1)


MASKS = _mask_table()


def keys(cursor: Cursor, remaining: Any) -> Any:
    """The row of the mask table for each program, int64[B], with `remaining` tokens to go."""
    return cursor.state * SLACKS + (remaining - cursor.closing)


def target_keys(tokens: TokenBatch) -> Array:
    """int16[P, L]: the key under which each token was chosen. Beyond a program's end it means nothing."""
    found = np.zeros(tokens.ids.shape, np.int16)
    cursor = Cursor.start(len(tokens))
    for i in range(tokens.ids.shape[1]):
        found[:, i] = keys(cursor, MAX_TOKENS - i)
        cursor = advance(tables_of(), cursor, tokens.ids[:, i].astype(np.int64))
    return found
