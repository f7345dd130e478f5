"""Demonstrations of many programs at once: the checked face of the compiled `demonstrator.py`.

A demonstration is a random world and the actions that the program takes on it. As the published generator, worlds are
drawn until D runs together execute every action of the program, which takes every branch; 100 draws at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.errors import InputError
from leapscli.once import once
from leapscli.seeding import stream_key

FATES = ("kept", "too_few_runs", "uncovered")
RUNS = ("drawn", "failed", "cut_short", "too_long", "idle", "redundant")


@dataclass(frozen=True)
class Rules:
    """The conditions on demonstrations; the fields are those of the recipe."""

    demonstrations: int = 10
    max_actions: int = 100
    height: int = 8
    width: int = 8
    wall: float = 0.1
    marker: float = 0.1
    tries: int = 100
    calls: int = 220
    crash_free: bool = True

    def __post_init__(self) -> None:
        if min(self.height, self.width) < 3:
            raise InputError(f"worlds of {self.height}×{self.width}: all border", "height and width from 3 on")
        if self.tries < self.demonstrations:
            raise InputError(
                f"{self.tries} tries cannot give {self.demonstrations} demonstrations", "raise tries, or ask for fewer"
            )


@dataclass(frozen=True, eq=False)
class Demonstrations:
    """Of B programs, what became of each, and the demonstrations of the K that are kept.

    `fates` uint8[B] (index of FATES), `tallies` int32[B, 6] (runs, by RUNS: all, and those not kept by reason).
    `kept` int64[K] the kept programs' places in the batch, and of each `cells` uint8[K, D, H, W] (markers, 255 a wall),
    `agents` uint8[K, D, 3], `actions` int8[K, D, T] (-1 after the end), `lengths` uint8[K, D].
    """

    fates: NDArray[np.uint8]
    tallies: NDArray[np.int32]
    kept: NDArray[np.int64]
    cells: NDArray[np.uint8]
    agents: NDArray[np.uint8]
    actions: NDArray[np.int8]
    lengths: NDArray[np.uint8]

    def __getitem__(self, part: slice) -> Demonstrations:
        """Of the programs at a slice from the start."""
        k = int((self.kept < len(self.fates[part])).sum())
        demos = (self.cells[:k], self.agents[:k], self.actions[:k], self.lengths[:k])
        return Demonstrations(self.fates[part], self.tallies[part], self.kept[:k], *demos)


def demonstrate(programs: TokenBatch, candidates: NDArray[np.int64], rules: Rules, seed: int) -> Demonstrations:
    """Demonstrate `programs`; the worlds of program b depend on (seed, candidates[b]) alone.

    Runs on one core without holding the interpreter lock. Raises InputError where a program is none.
    """
    # Contiguous and writable, since the kernel would be compiled anew for arrays that are not.
    p, d, h, w = len(programs), rules.demonstrations, rules.height, rules.width
    cells, agents = np.empty((p, d, h * w), np.uint8), np.empty((p, d, 3), np.uint8)
    actions, lengths = np.empty((p, d, rules.max_actions), np.int8), np.empty((p, d), np.uint8)
    fates, tallies = np.empty(p, np.uint8), np.empty((p, len(RUNS)), np.int32)
    kept = _kernel()(
        stream_key(seed, "demonstrations"),
        np.require(candidates, np.int64, ["C", "W"]),
        np.require(programs.ids, requirements=["C", "W"]),
        np.require(programs.lengths, requirements=["C", "W"]),
        _terms(rules),
        *(cells, agents, actions, lengths, fates, tallies),
    )
    if kept < 0:
        raise InputError("a batch holds invalid token sequences", "check them with Program.from_ids")
    places = np.flatnonzero(fates == FATES.index("kept"))
    grids = cells[:kept].reshape(kept, d, h, w)
    return Demonstrations(fates, tallies, places, grids, agents[:kept], actions[:kept], lengths[:kept])


def _terms(rules: Rules) -> Any:
    """The rules as the kernel wants them: probabilities in 65536ths, the marker's behind the wall's."""
    from leapscli.domains.karel.compiled.demonstrator import Terms

    wall = round(rules.wall * 65536)
    marker = wall + round((65536 - wall) * rules.marker)
    size = (rules.height, rules.width, rules.tries, rules.calls)
    return Terms(*size, np.uint64(wall), np.uint64(marker), rules.crash_free)


@once
def _kernel() -> Any:
    from leapscli.domains.karel.compiled import demonstrator
    from leapscli.domains.karel.domain import KAREL
    from leapscli.engine.compiled.assembler import assembler
    from leapscli.engine.compiled.interpreter import specialise
    from leapscli.jit import kernel, with_names

    run = specialise(KAREL, demonstrator.demonstration_hook, "demonstrate")
    return kernel(with_names(demonstrator.demonstrate, "karel", assemble=assembler(KAREL.vocabulary), interpret=run))
