"""The hot path, compiled: runs assembled programs on batches of worlds.

Kernels return status codes and never raise; `engine.py` checks what goes in. The interpreter is a template: what is to
happen after an action (a task's reward, or recording the trace) is compiled in as `hook`, once for each task.
`reference.py` is the slow twin that says what is right.
"""

from __future__ import annotations

import numpy as np

from leapscli.jit import inline, kernel
from leapscli.world.assembler import MALFORMED, assemble
from leapscli.world.bytecode import (
    AGAIN,
    COST_SHIFT,
    COUNT_SHIFT,
    FRONT_CLEAR,
    INDEX_SHIFT,
    LEFT_CLEAR,
    LOOP_TEST,
    MOVE,
    NEXT_SHIFT,
    OPERATION,
    OTHER_SHIFT,
    PICK_MARKER,
    PUT_MARKER,
    REPEAT,
    RIGHT_CLEAR,
    SMALL,
    TURN_LEFT,
    TURN_RIGHT,
    WORD,
)
from leapscli.world.world import MAX_MARKERS

DONE, TERMINATED, TRUNCATED = 0, 1, 2  # how a run ended

U = np.uint64
_ZERO, _ONE, _WALL, _EMPTY, _FULL = U(0), U(1), np.uint8(255), np.uint8(0), np.uint8(MAX_MARKERS)
_MIX = U(0x9E3779B97F4A7C15)


def interpret(
    code,
    limit,
    seek_endless,
    pos,
    ahead,
    left,
    cells,
    zone,
    memory,
    counters,
    seen_cells,
    seen_memory,
    seen_counters,
):
    """Run `code` until it ends, its budget is spent or the task terminates.

    Karel is at `pos` of the padded, flattened `cells`; `ahead` and `left` are the offsets of those neighbours (uint64,
    wrapping). `hook(action, changed, word, pos, ahead, cells, zone, memory) → (reward, terminate)` is called after
    every action. Returns (return, status, calls or primitives counted). A template: `hook` is filled in.

    Endless runs (`seek_endless`): by Brent's cycle finding. A configuration is kept at the 8th, 16th, 32nd … test at
    the end of a WHILE's body and compared, in full, at every later one. Once it comes back the run is periodic, so
    whole periods are skipped, counted and paid at once, and the rest is run out: the outcome is the same.
    """
    ip, n, total = _ZERO, 0, 0.0
    status = DONE
    edits = _ZERO  # a cheap hash of the changes so far: most configurations differ in it
    age, power = 0, 8 if seek_endless else 1 << 62
    seen_ip, seen_pos, seen_ahead, seen_edits, seen_n, seen_total = U(0xFFFF), _ZERO, _ZERO, _ZERO, 0, 0.0
    while True:
        word = code[ip]
        op = word & OPERATION
        n += np.int64(word >> COST_SHIFT & WORD)
        ip_next = word >> NEXT_SHIFT & WORD
        if op == U(MOVE):
            if n > limit:
                status = TRUNCATED
                break
            changed = cells[pos + ahead] != _WALL
            if changed:
                pos += ahead
            else:
                ahead, left = -ahead, -left
            gain, stop = hook(MOVE, changed, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(TURN_LEFT):
            if n > limit:
                status = TRUNCATED
                break
            ahead, left = left, -ahead
            gain, stop = hook(TURN_LEFT, True, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(TURN_RIGHT):
            if n > limit:
                status = TRUNCATED
                break
            ahead, left = -left, ahead
            gain, stop = hook(TURN_RIGHT, True, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(PICK_MARKER):
            if n > limit:
                status = TRUNCATED
                break
            held = cells[pos]
            changed = held != _EMPTY
            if changed:
                cells[pos] = held - np.uint8(1)
                edits -= (pos + _ONE) * _MIX
            gain, stop = hook(PICK_MARKER, changed, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(PUT_MARKER):
            if n > limit:
                status = TRUNCATED
                break
            held = cells[pos]
            changed = held < _FULL
            if changed:
                cells[pos] = held + np.uint8(1)
                edits += (pos + _ONE) * _MIX
            gain, stop = hook(PUT_MARKER, changed, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op < U(FRONT_CLEAR + LOOP_TEST):
            if n > limit:
                status = TRUNCATED
                break
            if op == U(FRONT_CLEAR):
                holds = cells[pos + ahead] != _WALL
            elif op == U(LEFT_CLEAR):
                holds = cells[pos + left] != _WALL
            elif op == U(RIGHT_CLEAR):
                holds = cells[pos - left] != _WALL
            else:
                holds = cells[pos] != _EMPTY
            if not holds:
                ip_next = word >> OTHER_SHIFT
        elif op < U(REPEAT):
            if n > limit:
                status = TRUNCATED
                break
            age += 1
            if ip == seen_ip and pos == seen_pos and ahead == seen_ahead and edits == seen_edits:
                depth = np.int64(word >> INDEX_SHIFT & SMALL)
                if (
                    _equal(counters, seen_counters, depth)
                    and _equal(cells, seen_cells, cells.size)
                    and _equal(memory, seen_memory, memory.size)
                ):
                    period = n - seen_n
                    skipped = (limit - n) // period
                    n += skipped * period
                    total += skipped * (total - seen_total)
                    seen_ip, power = U(0xFFFF), 1 << 62
            if age == power:
                age, power = 0, power * 2
                seen_ip, seen_pos, seen_ahead, seen_edits, seen_n, seen_total = ip, pos, ahead, edits, n, total
                _copy(counters, seen_counters, counters.size)
                _copy(cells, seen_cells, cells.size)
                _copy(memory, seen_memory, memory.size)
            if op == U(FRONT_CLEAR + LOOP_TEST):
                holds = cells[pos + ahead] != _WALL
            elif op == U(LEFT_CLEAR + LOOP_TEST):
                holds = cells[pos + left] != _WALL
            elif op == U(RIGHT_CLEAR + LOOP_TEST):
                holds = cells[pos - left] != _WALL
            else:
                holds = cells[pos] != _EMPTY
            if not holds:
                ip_next = word >> OTHER_SHIFT
        elif op == U(REPEAT):
            count = word >> COUNT_SHIFT & OPERATION
            counters[word >> INDEX_SHIFT & SMALL] = count
            if count == _ZERO or n > limit:
                ip_next = word >> OTHER_SHIFT
        elif op == U(AGAIN):
            slot = word >> INDEX_SHIFT & SMALL
            count = counters[slot] - _ONE
            counters[slot] = count
            if count == _ZERO:
                ip_next = word >> OTHER_SHIFT
        else:
            break
        ip = ip_next
    return total, status, n


@inline
def _copy(source, target, size):
    for i in range(size):
        target[i] = source[i]


@inline
def _equal(a, b, size):
    for i in range(size):
        if a[i] != b[i]:
            return False
    return True


def score(ids, lengths, calls, limit, seek_endless, cells0, zones, memory0, starts, returns):
    """Returns of programs `ids` uint8[P, L] on worlds: fills `returns` float64[P, N]; False if a program is malformed.

    Worlds: `cells0` uint8[N, S] padded and flattened, `zones` uint8[N, S], `memory0` int64[N, M], `starts` uint64[N, 3]
    (position, offset ahead, offset to the left). A template: `interpret` is filled in.
    """
    size, words = cells0.shape[1], memory0.shape[1]
    code, stack = np.empty(2 * ids.shape[1] + 1, np.uint64), np.empty((ids.shape[1], 5), np.int64)
    cells, seen_cells = np.empty(size, np.uint8), np.empty(size, np.uint8)
    memory, seen_memory = np.empty(words, np.int64), np.empty(words, np.int64)
    counters, seen_counters = np.zeros(64, np.uint64), np.zeros(64, np.uint64)
    for p in range(ids.shape[0]):
        if assemble(ids[p], lengths[p], calls, code, stack) == MALFORMED:
            return False
        for i in range(cells0.shape[0]):
            _copy(cells0[i], cells, size)
            _copy(memory0[i], memory, words)
            total, _, _ = interpret(
                code,
                limit,
                seek_endless,
                starts[i, 0],
                starts[i, 1],
                starts[i, 2],
                cells,
                zones[i],
                memory,
                counters,
                seen_cells,
                seen_memory,
                seen_counters,
            )
            returns[p, i] = total
    return True


def task_hook(action, changed, word, pos, ahead, cells, zone, memory):
    """What a task sees of an action. A template: `reward` is filled in."""
    return reward(action, changed, np.int64(pos), np.int64(ahead), cells, zone, memory)


# The recorder's memory: actions so far, room for them, whether one failed, which were executed; then the trace.
_LENGTH, _ROOM, _FAILED, _COVERED, _TRACE = range(5)


@inline
def record_hook(action, changed, word, pos, ahead, cells, zone, memory):
    """Note the action; stop where there is no more room."""
    length = memory[_LENGTH]
    if length == memory[_ROOM]:
        return 0.0, True
    memory[_TRACE + length] = action
    memory[_LENGTH] = length + 1
    memory[_COVERED] |= np.int64(_ONE << (word >> INDEX_SHIFT & SMALL))
    if not changed:
        memory[_FAILED] = 1
    return 0.0, False


def record(ids, lengths, calls, limit, cells0, starts, each, actions, trace_lengths, ended, covered):
    """Traces of programs: fills `actions` int8[P, K, T], `trace_lengths`, `ended` bool[P, K, 2] (truncated, failed) and
    `covered` uint64[P, K]; False if a program is malformed. `each`: program p has its own K worlds. A template.
    """
    size, k, room = cells0.shape[1], actions.shape[1], actions.shape[2]
    code, stack = np.empty(2 * ids.shape[1] + 1, np.uint64), np.empty((ids.shape[1], 5), np.int64)
    cells, unused, zone = np.empty(size, np.uint8), np.empty(size, np.uint8), np.empty(0, np.uint8)
    memory, nothing = np.zeros(_TRACE + room, np.int64), np.empty(0, np.int64)
    counters, seen_counters = np.zeros(64, np.uint64), np.zeros(64, np.uint64)
    for p in range(ids.shape[0]):
        if assemble(ids[p], lengths[p], calls, code, stack) == MALFORMED:
            return False
        for i in range(k):
            w = p * k + i if each else i
            _copy(cells0[w], cells, size)
            memory[_LENGTH], memory[_ROOM], memory[_FAILED], memory[_COVERED] = 0, room, 0, 0
            _, status, _ = interpret(
                code,
                limit,
                False,
                starts[w, 0],
                starts[w, 1],
                starts[w, 2],
                cells,
                zone,
                memory,
                counters,
                unused,
                nothing,
                seen_counters,
            )
            trace_lengths[p, i] = memory[_LENGTH]
            ended[p, i, 0], ended[p, i, 1] = status != DONE, memory[_FAILED] == 1
            covered[p, i] = U(memory[_COVERED])
            for t in range(memory[_LENGTH]):
                actions[p, i, t] = memory[_TRACE + t]
    return True


@kernel
def replay(cells0, agents0, actions, lengths, cells, agents):
    """States along traces: fills `cells` uint8[N, F, H, W] and `agents` int16[N, F, 3]; F = 1 keeps the last alone."""
    n, frames, height, width = cells.shape
    for i in range(n):
        world = cells0[i].copy()
        row, column, direction = np.int64(agents0[i, 0]), np.int64(agents0[i, 1]), np.int64(agents0[i, 2])
        length = lengths[i]
        for t in range(actions.shape[1] + 1):
            if frames > 1:
                cells[i, t] = world
                agents[i, t, 0], agents[i, t, 1], agents[i, t, 2] = row, column, direction
            if t >= length:
                if frames == 1:
                    break
                continue
            action = actions[i, t]
            if action == MOVE:
                r = row + (direction == 2) - (direction == 0)
                c = column + (direction == 1) - (direction == 3)
                if 0 <= r < height and 0 <= c < width and world[r, c] != _WALL:
                    row, column = r, c
                else:
                    direction = (direction + 2) & 3
            elif action == TURN_LEFT:
                direction = (direction + 3) & 3
            elif action == TURN_RIGHT:
                direction = (direction + 1) & 3
            elif action == PICK_MARKER:
                if world[row, column] > 0:
                    world[row, column] -= np.uint8(1)
            elif world[row, column] < _FULL:
                world[row, column] += np.uint8(1)
        if frames == 1:
            cells[i, 0] = world
            agents[i, 0, 0], agents[i, 0, 1], agents[i, 0, 2] = row, column, direction
