"""Traces of programs on worlds, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from leapscli.engine.bytecode import BYTE, INDEX_SHIFT
from leapscli.engine.compiled.assembler import MALFORMED, assembler
from leapscli.engine.compiled.interpreter import DONE, copy, scratch, specialise
from leapscli.engine.domain import CompiledDomain
from leapscli.jit import inline, kernel, with_names
from leapscli.once import once

U = np.uint64
# The hook's memory: actions so far, room for them, whether one failed, which were executed; then the trace.
_LENGTH, _ROOM, _FAILED, _COVERED, _TRACE = range(5)


@inline
def _hook(action, changed, word, agent, cells, zone, memory):
    """Note the action; stop where there is no more room."""
    length = memory[_LENGTH]
    if length == memory[_ROOM]:
        return 0.0, True
    memory[_TRACE + length] = action
    memory[_LENGTH] = length + 1
    memory[_COVERED] |= np.int64(U(1) << (word >> INDEX_SHIFT & BYTE))
    if not changed:
        memory[_FAILED] = 1
    return 0.0, False


def record(ids, lengths, calls, limit, cells, starts, each, actions, trace_lengths, ended, covered):
    """Fill `actions` int8[P, K, T], `trace_lengths`, `ended` bool[P, K, 2] (truncated, failed), `covered` uint64[P, K].

    False if a program is malformed. `each`: program p has its own K worlds. A template: `assemble`,
    `interpret` and `enter` are filled in.
    """
    k, room = actions.shape[1], actions.shape[2]
    s, zone = scratch(ids.shape[1], cells.shape[1:], _TRACE + room), np.empty(0, np.uint8)
    for p in range(ids.shape[0]):
        if assemble(ids[p], lengths[p], calls, False, s.code, s.targets, s.stack) == MALFORMED:
            return False
        for i in range(k):
            w = p * k + i if each else i
            copy(cells[w], s.cells)
            s.memory[_LENGTH], s.memory[_ROOM], s.memory[_FAILED], s.memory[_COVERED] = 0, room, 0, 0
            _, status, _, _ = interpret(s, limit, enter(starts[w]), zone)
            trace_lengths[p, i] = s.memory[_LENGTH]
            ended[p, i, 0], ended[p, i, 1] = status != DONE, s.memory[_FAILED] == 1
            covered[p, i] = U(s.memory[_COVERED])
            for t in range(s.memory[_LENGTH]):
                actions[p, i, t] = s.memory[_TRACE + t]
    return True


@once
def recorder(domain: CompiledDomain) -> Any:
    """The kernel `record` for a domain."""
    names = {"assemble": assembler(domain.vocabulary), "enter": inline(domain.enter)}
    names["interpret"] = specialise(domain, _hook, "record")
    return kernel(with_names(record, domain.name, **names))
