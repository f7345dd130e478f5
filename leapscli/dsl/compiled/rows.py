"""Rows of token ids checked and hashed, compiled."""

from __future__ import annotations

import numpy as np

from leapscli.dsl.compiled.random_stream import mix
from leapscli.jit import kernel

_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@kernel
def check_rows(ids, lengths, allowed, target, back, push, pop, start, end, valid):
    """valid bool[P]: whether each row of ids uint8[P, L] is a program up to its length. The tables are grammar's."""
    stack = np.empty(ids.shape[1] + 1, np.int64)
    for p in range(len(lengths)):
        state, depth, good = start, 0, True
        for t in range(lengths[p]):
            token = ids[p, t]
            if state == end or token >= allowed.shape[1] or not allowed[state, token]:
                good = False
                break
            if push[state, token]:
                stack[depth] = back[state, token]
                depth += 1
            if pop[state, token]:
                depth -= 1
                state = stack[depth]
            else:
                state = target[state, token]
        valid[p] = good and state == end


@kernel
def hash_rows(ids, lengths, out):
    """FNV-1a, then mixed, of each row's ids up to its length: ids uint8[P, L], lengths int32[P], out uint64[P]."""
    for p in range(len(lengths)):
        h = _FNV_OFFSET
        for t in range(lengths[p]):
            h = (h ^ np.uint64(ids[p, t])) * _FNV_PRIME
        out[p] = mix(h)
