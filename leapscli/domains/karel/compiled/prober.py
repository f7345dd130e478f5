"""Hashes of what programs do, compiled: a template around `interpreter.interpret`, with `behaviour.py` as its
interface.
"""

from __future__ import annotations

import numpy as np

from leapscli.domains.karel.actions import MOVE, PICK_MARKER
from leapscli.dsl.compiled.random_stream import GOLDEN, mix
from leapscli.engine.compiled.assembler import MALFORMED
from leapscli.engine.compiled.interpreter import DONE, copy, scratch
from leapscli.jit import inline

U = np.uint64
# The hook's notes: of all actions, of all but turns, the first as of the last action that was no turn, the heading.
_TRACE, _WALK, _CERTAIN, _AHEAD = range(4)
_MOST = 100  # actions that are no turns: where a run is left


@inline
def _add(value, item):
    return mix(value ^ (U(item) + GOLDEN))


@inline
def probe_hook(action, changed, word, agent, cells, notes, memory):
    """Note the action in `notes` uint64[4]; `memory` int64[1] counts those that are no turns."""
    notes[_TRACE] = _add(notes[_TRACE], action)
    ahead = agent[1]
    notes[_AHEAD] = ahead
    if action != MOVE and action < PICK_MARKER:
        return 0.0, False
    notes[_WALK] = _add(_add(notes[_WALK], action), ahead)
    notes[_CERTAIN] = notes[_TRACE]
    memory[0] += 1
    return 0.0, memory[0] == _MOST


def probe(ids, lengths, limit, cells0, starts, traces, walks):
    """Hashes `traces` and `walks` uint64[P] of what programs do on the worlds `cells0` uint8[N, S] from `starts`.

    False if one is malformed. A template: `assemble`, `interpret` and `enter` are filled in.
    """
    s, notes = scratch(ids.shape[1], cells0.shape[1:], 1), np.zeros(4, np.uint64)
    for p in range(len(lengths)):
        if assemble(ids[p], lengths[p], False, True, s.code, s.targets, s.stack) == MALFORMED:
            return False
        trace, walk = GOLDEN, GOLDEN
        for w in range(len(cells0)):
            copy(cells0[w], s.cells)
            notes[_TRACE] = notes[_WALK] = notes[_CERTAIN] = U(0)
            notes[_AHEAD], s.memory[0] = starts[w, 1], 0
            _, status, _, _ = interpret(s, limit, enter(starts[w]), notes)
            # How far a run that never ends turned on the spot is chance: it depends on where it was left.
            trace = _add(_add(trace, status), notes[_TRACE] if status == DONE else notes[_CERTAIN])
            walk = _add(_add(walk, status), notes[_WALK])
            if status == DONE:
                walk = _add(walk, notes[_AHEAD])
        traces[p], walks[p] = trace, walk
    return True
