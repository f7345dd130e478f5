"""Behaviour of programs, apart from how they are written: hashes of what they do on a fixed set of worlds.

Two programs have equal `traces` when they take the same actions on all 32 probe worlds; equal `walks` when they move,
pick and put alike, heading the same way, and differ in turns on the spot at most. So whatever can be rewritten without
effect leaves the walk as it is: an unrolled or multiplied REPEAT, negations, swapped or equal branches, a test that is
repeated, code that is never reached, turns that cancel or go the long way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.engine.arena import Arena
from leapscli.engine.budget import PRIMITIVES
from leapscli.errors import InputError
from leapscli.once import once

WORLDS = 32


@dataclass(frozen=True, eq=False)
class Behaviour:
    """Of P programs: `traces` and `walks` uint64[P], equal where what they do is equal."""

    traces: NDArray[np.uint64]
    walks: NDArray[np.uint64]


def behaviour(programs: TokenBatch) -> Behaviour:
    """Run each program on the probe worlds, on one core. Raises InputError where one is no program."""
    arena, count = _arena(), len(programs)
    found = Behaviour(np.empty(count, np.uint64), np.empty(count, np.uint64))
    ids, lengths = (np.require(array, requirements=["C", "W"]) for array in (programs.ids, programs.lengths))
    if not _kernel()(ids, lengths, PRIMITIVES, arena.cells, arena.starts, found.traces, found.walks):
        raise InputError("a batch holds invalid token sequences", "check them with Program.from_ids")
    return found


@once
def _arena() -> Arena:
    """The probe worlds: more walls and markers than datasets have, so that 32 meet most of what can happen."""
    return random_worlds(WORLDS, 0, wall=0.2, marker=0.3).arena()


@once
def _kernel() -> Any:
    from leapscli.domains.karel.compiled import prober
    from leapscli.domains.karel.domain import KAREL
    from leapscli.engine.compiled.assembler import assembler
    from leapscli.engine.compiled.interpreter import specialise
    from leapscli.jit import inline, kernel, with_names

    names = {"assemble": assembler(KAREL.vocabulary), "enter": inline(KAREL.enter)}
    names["interpret"] = specialise(KAREL, prober.probe_hook, "probe")
    return kernel(with_names(prober.probe, "karel", **names))
