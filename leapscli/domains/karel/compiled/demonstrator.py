"""Demonstrations of programs, compiled: draw random worlds, run the program on each, keep the runs that show it all.

A template around `interpreter.interpret`, as `interpreter.record` is. Everything about a candidate depends on the
stream's key and the candidate's index alone, so work can be cut into batches at will. `demonstrations.py` is the
checked face of this.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leapscli.dsl.compiled.random_stream import GOLDEN, below, mix, start_stream
from leapscli.dsl.published import ACTION_TOKENS, TOKEN_ID
from leapscli.engine.bytecode import BYTE, INDEX_SHIFT
from leapscli.engine.compiled.assembler import MALFORMED
from leapscli.engine.compiled.interpreter import TRUNCATED, copy, scratch
from leapscli.jit import inline, subroutine

U = np.uint64
_WALL, _MARKER, _FREE = np.uint8(255), np.uint8(1), np.uint8(0)
_FIRST_ACTION, _ACTIONS = TOKEN_ID[ACTION_TOKENS[0]], len(ACTION_TOKENS)

# What became of a candidate: it is kept, too few of its runs were, or those kept leave actions out.
KEPT, TOO_FEW, UNCOVERED = range(3)
# What became of the runs, one column each: drawn, then those not kept, by the first reason that applies.
DRAWN, FAILED, CUT_SHORT, TOO_LONG, IDLE, REDUNDANT = range(6)

# The hook's memory: actions so far, whether one failed, whether that ends the run, whether the room for the trace is
# used up, which actions were executed.
_LENGTH, _FAILED, _STRICT, _FULL, _COVERED = range(5)
_ONE = U(1)


class Terms(NamedTuple):
    """The conditions on demonstrations. Probabilities count in 65536ths."""

    height: int
    width: int
    tries: int
    calls: int  # budget of one run
    wall: np.uint64  # a cell's 16 random bits lie below this: it is a wall
    marker: np.uint64  # not below that, but below this: it holds a marker
    crash_free: bool  # no failed action, and not cut short by the budget


@inline
def draw_world(state, terms, words, inside, cells):
    """Draw walls and single markers into `cells` uint8[H·W], whose border is wall already; 16 random bits a cell.

    `inside` uint64[I] are the places within the border, `words` uint64[I / 4, rounded up] is room to work in. Returns
    the place where Karel stands, any free one, and his direction.
    """
    start = state[0]
    for i in range(words.size):  # the stream's next numbers, in a form that the compiler can do side by side
        words[i] = mix(start + U(i + 1) * GOLDEN)
    state[0] = start + U(words.size) * GOLDEN
    free = 0
    for i in range(inside.size):
        share = words[U(i) >> U(2)] >> U((i & 3) << 4) & U(0xFFFF)
        cells[inside[i]] = _WALL if share < terms.wall else (_MARKER if share < terms.marker else _FREE)
        free += share >= terms.wall
    at = inside[below(state, inside.size)]
    if free == 0:  # what a world looks like that has a single free cell
        cells[at] = _FREE
    while cells[at] == _WALL:
        at = inside[below(state, inside.size)]
    return at, below(state, 4)


@subroutine
def _inside(height, width):
    """The places in a flattened world that are not on its border."""
    places, n = np.empty((height - 2) * (width - 2), np.uint64), 0
    for row in range(1, height - 1):
        for column in range(1, width - 1):
            places[n] = row * width + column
            n += 1
    return places


@inline
def demonstration_hook(action, changed, word, agent, cells, trace, memory):
    """Write the action into `trace` int8[T]; end the run where it is of no use any more."""
    if not changed:
        memory[_FAILED] = 1
        if memory[_STRICT]:
            return 0.0, True
    length = memory[_LENGTH]
    if length == trace.size:
        memory[_FULL] = 1
        return 0.0, True
    trace[length] = action
    memory[_LENGTH] = length + 1
    memory[_COVERED] |= np.int64(_ONE << (word >> INDEX_SHIFT & BYTE))
    return 0.0, False


@inline
def _offset(direction, width):
    """The offset of the neighbour in this direction in a flattened world."""
    return U(-width if direction == 0 else 1 if direction == 1 else width if direction == 2 else -1)


@inline
def _verdict(memory, status, crash_free):
    """The reason for which a run is not kept, or DRAWN."""
    if crash_free and memory[_FAILED]:
        return FAILED
    if memory[_FULL]:
        return TOO_LONG
    if crash_free and status == TRUNCATED:
        return CUT_SHORT
    return IDLE if memory[_LENGTH] == 0 else DRAWN


@inline
def _every_action(ids, length):
    """One bit for each action in the program, in order: the coverage of a program fully shown."""
    bits = np.int64(0)
    for t in range(length):
        if _FIRST_ACTION <= ids[t] < _FIRST_ACTION + _ACTIONS:
            bits = bits << 1 | 1
    return bits


@inline
def _covers(covered, kept, place, extra):
    """Together with `extra`, what the demonstrations but that at `place` cover."""
    for i in range(kept):
        if i != place:
            extra |= covered[i]
    return extra


@inline
def _room_for(covered, kept, together, extra):
    """The place of a demonstration that one covering `extra` may replace, since nothing is lost by it; or -1."""
    if extra & ~together != 0:
        for place in range(kept):
            if _covers(covered, kept, place, extra) == together | extra:
                return place
    return -1


def demonstrate(key, candidates, ids, lengths, terms, cells, agents, actions, trace_lengths, fates, tallies):
    """Demonstrate the programs `ids` uint8[B, L], whose places among all candidates are `candidates` int64[B].

    The kept ones, K of them, fill the first rows of `cells` uint8[B, D, H·W], `agents` uint8[B, D, 3], `actions`
    int8[B, D, T] and `trace_lengths` uint8[B, D]; what is behind them is scratch. `fates` uint8[B] and `tallies`
    int32[B, 6] are of every program. Returns K, or -1 where a program is malformed. A template: `assemble` and
    `interpret` are to be filled in.
    """
    demos, room, width = actions.shape[1], actions.shape[2], terms.width
    s = scratch(ids.shape[1], (terms.height * width,), 5)
    memory = s.memory
    # Views of rows would be counted in and out at every run, so the run at hand has arrays of its own.
    world, trace, covered = np.full(terms.height * width, _WALL), np.empty(room, np.int8), np.zeros(demos, np.int64)
    inside = _inside(terms.height, width)
    words = np.empty((inside.size + 3) // 4, np.uint64)
    state = np.empty(1, np.uint64)
    memory[_STRICT] = terms.crash_free
    row = 0
    for b in range(len(lengths)):
        if assemble(ids[b], lengths[b], True, False, s.code, s.targets, s.stack) == MALFORMED:
            return -1
        start_stream(state, key, candidates[b])
        everything, together, kept = _every_action(ids[b], lengths[b]), np.int64(0), 0
        tallies[b] = 0
        for drawn in range(terms.tries):
            if (kept == demos and together == everything) or demos - kept > terms.tries - drawn:
                break
            pos, direction = draw_world(state, terms, words, inside, world)
            copy(world, s.cells)
            memory[_LENGTH] = memory[_FAILED] = memory[_FULL] = memory[_COVERED] = 0
            agent = (pos, _offset(direction, width), _offset((direction + 3) & 3, width))
            _, status, _, _ = interpret(s, terms.calls, agent, trace)
            tallies[b, DRAWN] += 1
            verdict, place = _verdict(memory, status, terms.crash_free), kept
            if verdict == DRAWN and kept == demos:
                place = _room_for(covered, kept, together, memory[_COVERED])
                verdict = DRAWN if place >= 0 else REDUNDANT
            if verdict != DRAWN:
                tallies[b, verdict] += 1
                continue
            cells[row, place] = world
            agents[row, place, 0], agents[row, place, 1] = pos // U(width), pos % U(width)
            agents[row, place, 2] = direction
            trace[memory[_LENGTH] :] = -1
            actions[row, place] = trace
            trace_lengths[row, place] = memory[_LENGTH]
            covered[place] = memory[_COVERED]
            together |= memory[_COVERED]
            kept += kept < demos
        fates[b] = TOO_FEW if kept < demos else (KEPT if together == everything else UNCOVERED)
        row += fates[b] == KEPT
    return row
