"""Compiled loops of the search: the hash table that remembers every program scored."""

from __future__ import annotations

import numpy as np

from leapscli.jit import kernel

_EMPTY = np.uint64(0)


@kernel
def table_get(keys, values, wanted, out):
    """`out[i]` = the value of `wanted[i]`, NaN where the table has none. Open addressing; `keys` 0 is an empty slot."""
    mask = np.uint64(len(keys) - 1)
    for i in range(len(wanted)):
        slot = wanted[i] & mask
        while keys[slot] != _EMPTY and keys[slot] != wanted[i]:
            slot = (slot + np.uint64(1)) & mask
        out[i] = values[slot] if keys[slot] == wanted[i] else np.nan


@kernel
def table_put(keys, values, added, gains):
    """Enter `added[i]` → `gains[i]`; returns how many were new. The caller leaves room."""
    mask, new = np.uint64(len(keys) - 1), 0
    for i in range(len(added)):
        slot = added[i] & mask
        while keys[slot] != _EMPTY and keys[slot] != added[i]:
            slot = (slot + np.uint64(1)) & mask
        new += keys[slot] == _EMPTY
        keys[slot] = added[i]
        values[slot] = gains[i]
    return new
