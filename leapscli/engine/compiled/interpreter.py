"""The hot path, compiled: runs an assembled program on one world.

The interpreter is a template. The domain's actions and perceptions, and what is to happen after an action (a task's
reward, or recording the trace), are compiled in by `specialise`, so that they cost no call. `reference.py` is the slow
twin that says what is right.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from leapscli.engine.bytecode import (
    AGAIN,
    BYTE,
    CHECK,
    COST_SHIFT,
    COUNT_SHIFT,
    FIRST_ACTION,
    INDEX_SHIFT,
    JUMP,
    MAX_DEPTH,
    REPEAT,
    SHORT,
)
from leapscli.engine.compiled.unroll import unrolled
from leapscli.engine.domain import CompiledDomain
from leapscli.jit import inline, kernel

DONE, TERMINATED, TRUNCATED = 0, 1, 2  # how a run ended

U = np.uint64
_ZERO, _ONE = U(0), U(1)
# What the search for endless runs remembers, in an array, since the hot loop needs the registers: turns since the last
# configuration was kept and until the next one is, and the kept configuration; the agent stands behind.
_AGE, _POWER, _SEEN_IP, _SEEN_FUEL, _SEEN_AGENT = range(5)


class Scratch(NamedTuple):
    """The arrays that a thread works in, made once for many programs and worlds.

    `code`, `targets`: the program assembled, with the assembler's `stack`. `cells`, `memory`, `counters`: the state of
    a run; `seen_…` and `watch`: the state kept while endless runs are looked for.
    """

    code: Any
    targets: Any
    stack: Any
    cells: Any
    memory: Any
    counters: Any
    seen_cells: Any
    seen_memory: Any
    seen_counters: Any
    watch: Any


@kernel
def scratch(tokens, shape, words):
    """Room for programs of up to `tokens` tokens on worlds whose cells have this shape, with `words` of memory."""
    return Scratch(
        np.empty(2 * tokens + 1, np.uint64),
        np.zeros(2 * tokens + 1, np.uint64),
        np.empty((tokens, 5), np.int64),
        np.empty(shape, np.uint8),
        np.zeros(words, np.int64),
        np.zeros(MAX_DEPTH, np.uint64),
        np.empty(shape, np.uint8),
        np.empty(words, np.int64),
        np.zeros(MAX_DEPTH, np.uint64),
        np.zeros(16, np.int64),
    )


def interpret(s, limit, agent, zone):
    """Run the program in the scratch `s` on the world there until it ends, the budget is spent or the task terminates.

    `hook(action, changed, word, agent, cells, zone, memory) → (reward, terminate)` is called after every action.
    Returns (return, status, calls or primitives counted, agent). A template: the branches ACTION and
    TEST stand for those of the domain.

    Endless runs (where the code has CHECKs): by Brent's cycle finding. A configuration is kept at the 8th, 16th, 32nd …
    turn of a WHILE and compared, in full, at every later one. Once it comes back the run is periodic, so whole periods
    are skipped, counted and paid at once, and the rest is run out: the outcome is the same.
    """
    code, targets, cells, memory, counters, watch = s.code, s.targets, s.cells, s.memory, s.counters, s.watch
    ip, word, fuel, total, seen_total, status = _ZERO, _ZERO, limit, 0.0, 0.0, DONE
    watch[_AGE], watch[_POWER], watch[_SEEN_IP] = 0, 8, -1
    while True:
        # A loop of its own, so that the compiler gives it all registers and the search below none.
        while True:
            word = code[ip]
            op = word & BYTE
            fuel -= np.int64(word >> COST_SHIFT)
            if fuel < 0 and op >= U(FIRST_ACTION):  # actions and tests run only within the budget
                status = TRUNCATED
                break
            ip += _ONE
            if op == ACTION:
                agent, changed = act(agent, cells)
                gain, stop = hook(NUMBER, bool(changed), word, agent, cells, zone, memory)
                total += gain
                if stop:
                    status = TERMINATED
                    break
            elif op == TEST:
                if sense(agent, cells) != EXPECTED:
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
            else:  # CHECK or END
                break
        if status != DONE or word & BYTE != U(CHECK):
            break
        watch[_AGE] += 1
        if (
            np.int64(ip) == watch[_SEEN_IP]
            and _same_agent(agent, watch)
            and _here(cells, agent) == _here(s.seen_cells, agent)  # most other configurations differ here
            and _equal(counters, s.seen_counters, np.int64(word >> INDEX_SHIFT & BYTE))
            and _equal(memory, s.seen_memory, memory.size)
            and _equal_cells(cells, s.seen_cells)
        ):
            skipped = fuel // (watch[_SEEN_FUEL] - fuel)
            total += skipped * (total - seen_total)
            fuel -= skipped * (watch[_SEEN_FUEL] - fuel)
            watch[_SEEN_IP], watch[_POWER] = -1, 1 << 62
        if watch[_AGE] == watch[_POWER]:
            watch[_AGE], watch[_POWER] = 0, 2 * watch[_POWER]
            watch[_SEEN_IP], watch[_SEEN_FUEL], seen_total = np.int64(ip), fuel, total
            for i in range(len(agent)):
                watch[_SEEN_AGENT + i] = np.int64(agent[i])
            copy(counters, s.seen_counters)
            copy(memory, s.seen_memory)
            copy(cells, s.seen_cells)
    return total, status, limit - fuel, agent


@inline
def copy(source, target):
    """Every element of `source` into `target`, of one or two axes."""
    if source.ndim == 1:
        for i in range(source.size):
            target[i] = source[i]
    else:
        for i in range(source.shape[0]):
            for j in range(source.shape[1]):
                target[i, j] = source[i, j]


@inline
def _here(cells, agent):
    """The cell where the agent is, for flattened worlds, whose agents begin with that."""
    if cells.ndim == 1:
        return cells[agent[0]]
    return cells[0, 0]


@inline
def _equal_cells(a, b):
    if a.ndim == 1:
        return _equal(a, b, a.size)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] != b[i, j]:
                return False
    return True


@inline
def _equal(a, b, size):
    for i in range(size):
        if a[i] != b[i]:
            return False
    return True


@inline
def _same_agent(agent, watch):
    for i in range(len(agent)):
        if np.int64(agent[i]) != watch[_SEEN_AGENT + i]:
            return False
    return True


def specialise(domain: CompiledDomain, hook: Any, name: str) -> Any:
    """`interpret` for a domain and a compiled hook; `name` must differ wherever they do."""
    actions = [
        {"ACTION": U(FIRST_ACTION + number), "NUMBER": np.int64(number), "act": inline(act), "hook": hook}
        for number, act in enumerate(domain.actions)
    ]
    first = FIRST_ACTION + len(actions)
    senses = [inline(sense) for sense in domain.perceptions]
    tests = [
        {"TEST": U(first + 2 * number + opposite), "EXPECTED": not opposite, "sense": sense}
        for number, sense in enumerate(senses)
        for opposite in (0, 1)
    ]
    return inline(unrolled(interpret, f"{domain.name}-{name}", {"ACTION": actions, "TEST": tests}))
