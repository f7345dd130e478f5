"""Edits of programs, compiled: a node replaced; a statement put in, taken out, wrapped in a block, or unwrapped.

Nodes are those of mutation (mutator.py). New parts are drawn from the grammar, or from a table of parts that are known
to be of use.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leapscli.dsl.compiled.mutator import CONDITION, COUNT, STATEMENT, TRIES, find_nodes, replacement
from leapscli.dsl.compiled.random_stream import below, pick, start_stream, uniform
from leapscli.jit import inline, kernel

REPLACE, INSERT, REMOVE, WRAP, UNWRAP = range(5)
_LONGEST_CONDITION = 6  # c( not c( p c) c)


class Table(NamedTuple):
    """Parts of one kind: `chances` float64[F], cumulative; `ids` uint8[F, M], `lengths` and `depths` int64[F], the
    tokens of each, how many, and how deeply blocks nest in it.
    """

    chances: np.ndarray
    ids: np.ndarray
    lengths: np.ndarray
    depths: np.ndarray


class Parts(NamedTuple):
    """Parts to draw from; `share` of all draws are from them, the others from the grammar. Perceptions float64[K] and
    counts float64[20] are cumulative chances.
    """

    share: float
    statements: Table
    conditions: Table
    perceptions: np.ndarray
    counts: np.ndarray


@inline
def _opens(t, token):
    return token in (t.m_open, t.w_open, t.r_open, t.i_open, t.e_open)


@inline
def _closes(t, token):
    return token in (t.m_close, t.w_close, t.r_close, t.i_close, t.e_close)


@inline
def nesting_of(t, ids, start, end):
    """The depth to which blocks nest in ids[start:end]."""
    depth = deepest = 0
    for i in range(start, end):
        if _opens(t, ids[i]):
            depth += 1
            deepest = max(deepest, depth)
        elif _closes(t, ids[i]):
            depth -= 1
    return deepest


@inline
def _body(t, ids, start):
    """The bounds of the first body at or after `start`: its first token, and the token that closes it."""
    first = start
    while not _opens(t, ids[first]):
        first += 1
    depth, end = 1, first
    while depth > 0:
        end += 1
        if _opens(t, ids[end]):
            depth += 1
        elif _closes(t, ids[end]):
            depth -= 1
    return first + 1, end


@inline
def _known(state, row, start, limit, room_below, table):
    """Draw a part of the table into row[start:]; its end, or -1 where it is too long, or nests deeper than allowed."""
    part = min(np.searchsorted(table.chances, uniform(state), side="right"), len(table.chances) - 1)
    end = start + table.lengths[part]
    if end > limit or table.depths[part] > room_below:
        return -1
    for i in range(start, end):
        row[i] = table.ids[part, i - start]
    return end


@inline
def _part(state, row, start, limit, kind, nesting, chances, parts, work):
    """Draw a part of this kind into row[start:]; its end, or -1 where there is no room for it."""
    t = chances.ids
    if uniform(state) >= parts.share:
        return replacement(state, row, start, limit, kind, nesting, chances, work)
    if kind == STATEMENT:
        return _known(state, row, start, limit, chances.max_nesting - nesting, parts.statements)
    if kind == CONDITION:
        return _known(state, row, start, limit, 0, parts.conditions)
    row[start] = t.r0 + pick(state, parts.counts) if kind == COUNT else t.perception + pick(state, parts.perceptions)
    return start + 1


@inline
def _wrapped(state, row, start, limit, ids, end, nesting, chances, parts, work):
    """Write a REPEAT, WHILE or IF around ids[start:end] into row[start:]; its end, or -1 where there is no room."""
    t = chances.ids
    if nesting + 1 + nesting_of(t, ids, start, end) > chances.max_nesting:
        return -1
    if end + _LONGEST_CONDITION + 3 > limit:
        return -1
    kind = below(state, 3)
    if kind == 0:
        row[start], row[start + 1] = t.REPEAT, t.r0
        at = _part(state, row, start + 1, limit, COUNT, nesting, chances, parts, work)
        row[at], close = t.r_open, t.r_close
    else:
        row[start] = t.WHILE if kind == 1 else t.IF
        at = _part(state, row, start + 1, limit, CONDITION, nesting, chances, parts, work)
        if at < 0 or at + 2 + end - start > limit:
            return -1
        row[at], close = (t.w_open, t.w_close) if kind == 1 else (t.i_open, t.i_close)
    stop = at + 1 + end - start
    for i in range(start, end):
        row[at + 1 + i - start] = ids[i]
    row[stop] = close
    return stop + 1


@kernel
def edit_rows(key, first, chances, parts, edits, ids, lengths, out, out_lengths):
    """Programs `ids` uint8[P, L] → `out` uint8[P, L]: each with one edit, drawn by the cumulative chances `edits` [5].

    Program p is edited by stream first + p of `key`. An edit that is impossible, or makes more than L tokens, is drawn
    again, a hundred times at most.
    """
    limit, t = ids.shape[1], chances.ids
    state = np.empty(1, np.uint64)
    row, work = np.empty(limit + 16, np.uint8), np.empty(limit + 16, np.int64)
    nodes = np.empty((2 * limit, 4), np.int64)
    pending, opened, base = np.empty((3, limit + 1), np.int64)
    for p in range(len(lengths)):
        start_stream(state, key, first + p)
        own, length = ids[p], lengths[p]
        count = find_nodes(t, own, nodes, pending, opened, base)
        out[p] = own
        out_lengths[p] = length
        for _ in range(TRIES):
            node = nodes[below(state, count)]
            start, end, kind, nesting = node[0], node[1], node[2], node[3]
            edit = pick(state, edits)
            if edit != REPLACE and kind != STATEMENT:
                continue
            stop = -1
            if edit == REPLACE:
                room = limit - (length - end)
                stop = _part(state, row, start, room, kind, nesting, chances, parts, work)
            elif edit == INSERT:  # before it or after it
                start = end = start if below(state, 2) == 0 else end
                room = limit - (length - end)
                stop = _part(state, row, start, room, kind, nesting, chances, parts, work)
            elif edit == REMOVE:
                if not (_opens(t, own[start - 1]) and _closes(t, own[end])):  # a body is never empty
                    stop = start
            elif edit == WRAP:
                room = limit - (length - end)
                stop = _wrapped(state, row, start, room, own, end, nesting, chances, parts, work)
            elif own[start] in (t.REPEAT, t.WHILE, t.IF, t.IFELSE):  # its first body remains
                inner, close = _body(t, own, start)
                end = close + 1
                if own[start] == t.IFELSE:
                    end = _body(t, own, end)[1] + 1
                stop = start + close - inner
                row[start:stop] = own[inner:close]
            if stop >= 0:
                out[p, start:stop] = row[start:stop]
                out[p, stop : stop + length - end] = own[end:length]
                out[p, stop + length - end :] = t.pad
                out_lengths[p] = stop + length - end
                break


@kernel
def nodes_of(t, ids, lengths):
    """The nodes of the valid programs `ids` uint8[P, L], int64[N, 5]: program, first token, end, kind, and how deeply
    blocks nest in it. `t` are the vocabulary's ids.
    """
    limit = ids.shape[1]
    nodes = np.empty((2 * limit, 4), np.int64)
    pending, opened, base = np.empty((3, limit + 1), np.int64)
    found = np.empty((2 * lengths.sum(), 5), np.int64)
    held = 0
    for p in range(len(lengths)):
        count = find_nodes(t, ids[p], nodes, pending, opened, base)
        for n in range(count):
            start, end = nodes[n, 0], nodes[n, 1]
            found[held, 0], found[held, 1], found[held, 2] = p, start, end
            found[held, 3], found[held, 4] = nodes[n, 2], nesting_of(t, ids[p], start, end)
            held += 1
    return found[:held]
