"""A table of uint64 hashes with open addressing, compiled. Its size is a power of two; 0 marks a free slot.

Hashes must be well mixed. A hash of 0 passes for 1.
"""

from __future__ import annotations

import numpy as np

from leapscli.jit import inline, kernel

_FREE, _ONE = np.uint64(0), np.uint64(1)


@inline
def _slot(table, item):
    """The slot of `item`, or the free slot where it belongs."""
    last = np.uint64(len(table) - 1)
    at = item & last
    while table[at] != _FREE and table[at] != item:
        at = (at + _ONE) & last
    return at


@kernel
def find(table, hashes, slots):
    """`slots` int64[P]: where each of the hashes uint64[P] stands; -1 where it does not."""
    for i in range(len(hashes)):
        item = max(hashes[i], _ONE)
        at = _slot(table, item)
        slots[i] = at if table[at] == item else -1


@kernel
def enter(table, hashes, slots, fresh):
    """Put the hashes uint64[P] in; `slots` int64[P]: where; `fresh` bool[P]: which were not there. Returns how many.

    The caller leaves room.
    """
    count = 0
    for i in range(len(hashes)):
        item = max(hashes[i], _ONE)
        at = _slot(table, item)
        fresh[i] = table[at] == _FREE
        table[at] = item
        slots[i] = at
        count += fresh[i]
    return count
