"""The hot path, compiled: runs assembled programs on batches of worlds.

Kernels return status codes and never raise; `engine.py` checks what goes in. The interpreter is a template: what is to
happen after an action (a task's reward, or recording the trace) is compiled in as `hook`, once for each task.
`reference.py` is the slow twin that says what is right.
"""

from __future__ import annotations

import numpy as np

from leapscli.domains.karel.world import MAX_MARKERS
from leapscli.engine.bytecode import (
    AGAIN,
    BYTE,
    CHECK,
    COST_SHIFT,
    COUNT_SHIFT,
    FRONT_BLOCKED,
    FRONT_CLEAR,
    INDEX_SHIFT,
    JUMP,
    LEFT_BLOCKED,
    LEFT_CLEAR,
    MARKERS,
    MOVE,
    NO_MARKERS,
    PICK_MARKER,
    PUT_MARKER,
    REPEAT,
    RIGHT_BLOCKED,
    RIGHT_CLEAR,
    SHORT,
    TURN_LEFT,
    TURN_RIGHT,
)
from leapscli.engine.compiled.assembler import MALFORMED, assemble
from leapscli.jit import inline, kernel

DONE, TERMINATED, TRUNCATED = 0, 1, 2  # how a run ended
FIRST_UNCHECKED = np.uint64(REPEAT)  # actions and tests, before it, run only within the budget

U = np.uint64
_ZERO, _ONE, _WALL, _EMPTY, _FULL = U(0), U(1), np.uint8(255), np.uint8(0), np.uint8(MAX_MARKERS)
# What the search for endless runs remembers, in an array, since the hot loop needs the registers: turns since the last
# configuration was kept and until the next one is, and the kept configuration. (And bumps, which nobody reads.)
_BUMPS, _AGE, _POWER, _SEEN_IP, _SEEN_POS, _SEEN_AHEAD, _SEEN_FUEL = range(7)


def interpret(
    code,
    targets,
    limit,
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
    watch,
):
    """Run `code` until it ends, its budget is spent or the task terminates.

    Karel is at `pos` of the padded, flattened `cells`; `ahead` and `left` are the offsets of those neighbours (uint64,
    wrapping). `hook(action, changed, word, pos, ahead, cells, zone, memory) → (reward, terminate)` is called after
    every action. Returns (return, status, calls or primitives counted). A template: `hook` is filled in.

    Endless runs (where `code` has CHECKs): by Brent's cycle finding. A configuration is kept at the 8th, 16th, 32nd …
    turn of a WHILE and compared, in full, at every later one. Once it comes back the run is periodic, so whole periods
    are skipped, counted and paid at once, and the rest is run out: the outcome is the same.
    """
    ip, fuel, total, seen_total, status = _ZERO, limit, 0.0, 0.0, DONE
    watch[_AGE], watch[_POWER], watch[_SEEN_IP] = 0, 8, -1
    while True:
        word = code[ip]
        op = word & BYTE
        fuel -= np.int64(word >> COST_SHIFT)
        if fuel < 0 and op < FIRST_UNCHECKED:
            status = TRUNCATED
            break
        ip += _ONE
        if op == U(MOVE):
            changed = cells[pos + ahead] != _WALL
            if changed:
                pos += ahead
            else:
                ahead, left = -ahead, -left
                watch[_BUMPS] += 1  # a store: it keeps the compiler from turning this branch into slower selects
            gain, stop = hook(MOVE, changed, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(TURN_LEFT):
            ahead, left = left, -ahead
            gain, stop = hook(TURN_LEFT, True, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(TURN_RIGHT):
            ahead, left = -left, ahead
            gain, stop = hook(TURN_RIGHT, True, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(PICK_MARKER):
            held = cells[pos]
            changed = held != _EMPTY
            if changed:
                cells[pos] = held - np.uint8(1)
            gain, stop = hook(PICK_MARKER, changed, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(PUT_MARKER):
            held = cells[pos]
            changed = held < _FULL
            if changed:
                cells[pos] = held + np.uint8(1)
            gain, stop = hook(PUT_MARKER, changed, word, pos, ahead, cells, zone, memory)
            total += gain
            if stop:
                status = TERMINATED
                break
        elif op == U(FRONT_CLEAR):
            if cells[pos + ahead] == _WALL:
                ip = targets[ip - _ONE]
        elif op == U(FRONT_BLOCKED):
            if cells[pos + ahead] != _WALL:
                ip = targets[ip - _ONE]
        elif op == U(LEFT_CLEAR):
            if cells[pos + left] == _WALL:
                ip = targets[ip - _ONE]
        elif op == U(LEFT_BLOCKED):
            if cells[pos + left] != _WALL:
                ip = targets[ip - _ONE]
        elif op == U(RIGHT_CLEAR):
            if cells[pos - left] == _WALL:
                ip = targets[ip - _ONE]
        elif op == U(RIGHT_BLOCKED):
            if cells[pos - left] != _WALL:
                ip = targets[ip - _ONE]
        elif op == U(MARKERS):
            if cells[pos] == _EMPTY:
                ip = targets[ip - _ONE]
        elif op == U(NO_MARKERS):
            if cells[pos] != _EMPTY:
                ip = targets[ip - _ONE]
        elif op == U(REPEAT):
            count = word >> COUNT_SHIFT & SHORT
            # Past the budget one turn is enough: it comes to an action or a test, unless there is none in the body.
            counters[word >> INDEX_SHIFT & BYTE] = count if fuel >= 0 else _ONE
            if count == _ZERO:
                ip = targets[ip - _ONE]
        elif op == U(AGAIN):
            count = counters[word >> INDEX_SHIFT & BYTE] - _ONE
            counters[word >> INDEX_SHIFT & BYTE] = count
            if count != _ZERO:
                ip = targets[ip - _ONE]
        elif op == U(JUMP):
            ip = targets[ip - _ONE]
        elif op == U(CHECK):
            watch[_AGE] += 1
            if (
                np.int64(ip) == watch[_SEEN_IP]
                and np.int64(pos) == watch[_SEEN_POS]
                and np.int64(ahead) == watch[_SEEN_AHEAD]
                and cells[pos] == seen_cells[pos]  # most other configurations differ here
                and _equal(counters, seen_counters, np.int64(word >> INDEX_SHIFT & BYTE))
                and _equal(memory, seen_memory, memory.size)
                and _equal(cells, seen_cells, cells.size)
            ):
                skipped = fuel // (watch[_SEEN_FUEL] - fuel)
                total += skipped * (total - seen_total)
                fuel -= skipped * (watch[_SEEN_FUEL] - fuel)
                watch[_SEEN_IP], watch[_POWER] = -1, 1 << 62
            if watch[_AGE] == watch[_POWER]:
                watch[_AGE], watch[_POWER] = 0, 2 * watch[_POWER]
                watch[_SEEN_IP], watch[_SEEN_POS] = np.int64(ip), np.int64(pos)
                watch[_SEEN_AHEAD], watch[_SEEN_FUEL], seen_total = np.int64(ahead), fuel, total
                _copy(counters, seen_counters, counters.size)
                _copy(cells, seen_cells, cells.size)
                _copy(memory, seen_memory, memory.size)
        else:
            break
    return total, status, limit - fuel


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
    code, targets = np.empty(2 * ids.shape[1] + 1, np.uint64), np.zeros(2 * ids.shape[1] + 1, np.uint64)
    stack = np.empty((ids.shape[1], 5), np.int64)
    cells, seen_cells = np.empty(size, np.uint8), np.empty(size, np.uint8)
    memory, seen_memory = np.empty(words, np.int64), np.empty(words, np.int64)
    counters, seen_counters, watch = np.zeros(64, np.uint64), np.zeros(64, np.uint64), np.zeros(8, np.int64)
    for p in range(ids.shape[0]):
        if assemble(ids[p], lengths[p], calls, seek_endless, code, targets, stack) == MALFORMED:
            return False
        for i in range(cells0.shape[0]):
            _copy(cells0[i], cells, size)
            _copy(memory0[i], memory, words)
            total, _, _ = interpret(
                code,
                targets,
                limit,
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
                watch,
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
    memory[_COVERED] |= np.int64(_ONE << (word >> INDEX_SHIFT & BYTE))
    if not changed:
        memory[_FAILED] = 1
    return 0.0, False


def record(ids, lengths, calls, limit, cells0, starts, each, actions, trace_lengths, ended, covered):
    """Traces of programs: fills `actions` int8[P, K, T], `trace_lengths`, `ended` bool[P, K, 2] (truncated, failed) and
    `covered` uint64[P, K]; False if a program is malformed. `each`: program p has its own K worlds. A template.
    """
    size, k, room = cells0.shape[1], actions.shape[1], actions.shape[2]
    code, targets = np.empty(2 * ids.shape[1] + 1, np.uint64), np.zeros(2 * ids.shape[1] + 1, np.uint64)
    stack = np.empty((ids.shape[1], 5), np.int64)
    cells, unused, zone = np.empty(size, np.uint8), np.empty(size, np.uint8), np.empty(0, np.uint8)
    memory, nothing = np.zeros(_TRACE + room, np.int64), np.empty(0, np.int64)
    counters, seen_counters, watch = np.zeros(64, np.uint64), np.zeros(64, np.uint64), np.zeros(8, np.int64)
    for p in range(ids.shape[0]):
        if assemble(ids[p], lengths[p], calls, False, code, targets, stack) == MALFORMED:
            return False
        for i in range(k):
            w = p * k + i if each else i
            _copy(cells0[w], cells, size)
            memory[_LENGTH], memory[_ROOM], memory[_FAILED], memory[_COVERED] = 0, room, 0, 0
            _, status, _ = interpret(
                code,
                targets,
                limit,
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
                watch,
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
