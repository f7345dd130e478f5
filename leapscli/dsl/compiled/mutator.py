"""Mutation of programs, compiled.

A program's nodes, as the published hill climbers count them (Carvalho, Tjhia & Lelis, ICLR 2024): statements, sequences
(`s1 … sk` is s1 and the sequence of the rest), conditions, perceptions under `not`, and counts of REPEAT.
"""

from __future__ import annotations

import numpy as np

from leapscli.dsl.compiled.grower import condition, grow
from leapscli.dsl.compiled.random_stream import below, pick, start_stream
from leapscli.jit import inline, kernel

# What a node is replaced by.
STATEMENT, CONDITION, ONE_PERCEPTION, COUNT = range(4)
_START, _END, _KIND, _NESTING = range(4)  # columns of the table of nodes
TRIES = 100  # draws of a mutant before the program itself is returned: of those that get too long


@inline
def _note(nodes, n, start, end, kind, nesting):
    nodes[n, _START], nodes[n, _END], nodes[n, _KIND], nodes[n, _NESTING] = start, end, kind, nesting
    return n + 1


@kernel
def find_nodes(t, ids, nodes, pending, opened, base):
    """Fill `nodes` [≥ 2L, 4] with the nodes of the valid program `ids`, as token ranges; returns how many.

    `t` are the vocabulary's ids.

    `pending` [L]: where the statements of open bodies start; `opened`, `base` [L]: per open body, where its statement
    starts, and its first entry in `pending`.
    """
    n, i, depth, held = 0, 3, 0, 0
    base[0] = 0
    while True:
        token = ids[i]
        if t.action <= token < t.action + t.actions:
            pending[held] = i
            held += 1
            n = _note(nodes, n, i, i + 1, STATEMENT, depth)
            i += 1
        elif token in (t.REPEAT, t.WHILE, t.IF, t.IFELSE):
            pending[held] = i
            held += 1
            start = i
            if token == t.REPEAT:
                n = _note(nodes, n, i + 1, i + 2, COUNT, depth)
                i += 3
            else:
                nots = 0
                while ids[i + 2 + 2 * nots] == t.NOT:
                    nots += 1
                perception = i + 2 + 2 * nots
                n = _note(nodes, n, i + 1, perception + 2 + nots, CONDITION, depth)  # with its c( and c)
                if nots:
                    n = _note(nodes, n, perception, perception + 1, ONE_PERCEPTION, depth)
                i = perception + nots + 3
            depth += 1
            opened[depth], base[depth] = start, held
        else:  # a body closes: each of its statements but the last begins a sequence that ends here
            for s in range(base[depth], held - 1):
                n = _note(nodes, n, pending[s], i, STATEMENT, depth)
            held = base[depth]
            if token == t.m_close:
                return n
            if ids[i + 1] == t.ELSE:
                i += 3
            else:
                depth -= 1
                n = _note(nodes, n, opened[depth + 1], i + 1, STATEMENT, depth)
                i += 1


@inline
def replacement(state, row, start, limit, kind, nesting, chances, work):
    """Draw what stands in place of a node at row[start:]; returns its end, or -1 where it would pass `limit`."""
    t = chances.ids
    if kind == STATEMENT:
        return grow(state, row, start, limit, 1 + 2 * nesting, nesting, chances, work)
    if kind == CONDITION:
        end = condition(state, row, start, chances)
        return end if end <= limit else -1
    row[start] = t.r0 + below(state, 20) if kind == COUNT else t.perception + pick(state, chances.perceptions)
    return start + 1


@kernel
def mutate_rows(key, first, chances, ids, lengths, out, out_lengths):
    """Programs `ids` uint8[P, L] → `out` uint8[P, L]: in each, one node, drawn uniformly, is replaced by a fresh one.

    Mutant p is drawn from stream first + p of `key`. A mutant of more than L tokens is drawn again.
    """
    limit, t = ids.shape[1], chances.ids
    state = np.empty(1, np.uint64)
    row, work = np.empty(limit + 16, np.uint8), np.empty(limit + 16, np.int64)
    nodes = np.empty((2 * limit, 4), np.int64)
    pending, opened, base = np.empty((3, limit + 1), np.int64)
    for p in range(len(lengths)):
        start_stream(state, key, first + p)
        length, count = lengths[p], find_nodes(t, ids[p], nodes, pending, opened, base)
        out[p] = ids[p]
        out_lengths[p] = length
        for _ in range(TRIES):
            node = nodes[below(state, count)]
            start, end = node[_START], node[_END]
            room = limit - (length - end)
            stop = replacement(state, row, start, room, node[_KIND], node[_NESTING], chances, work)
            if stop >= 0:
                out[p, start:stop] = row[start:stop]
                out[p, stop : stop + length - end] = ids[p, end:length]
                out[p, stop + length - end :] = t.pad
                out_lengths[p] = stop + length - end
                break
