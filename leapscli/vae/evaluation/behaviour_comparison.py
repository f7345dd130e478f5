"""Behaviour of programs on a set of worlds, in bulk: how similar two of them are, and whether they end.

Two traces are alike by the share of the longer one that agrees from the start, as in L_R. Traces are recorded under
the budget of the demonstrations, 220 calls, under which none is longer.

Axes: P programs, N worlds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.execution import rollouts
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.engine.budget import Budget
from leapscli.engine.engine import Rollouts
from leapscli.vae.training.program_behaviour import BUDGET, agreement

LONG = Budget.primitives()  # what does not end within this is taken never to end
PROGRAMS, LONG_RUNS = 512, 2048  # at once: bounds the memory


@dataclass(frozen=True, eq=False)
class Ends:
    """The runs that end, bool[P, N]: within 220 `calls`, and within 10,000 `primitives`."""

    calls: NDArray[np.bool_]
    primitives: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Probe:
    """N worlds on which every program is run."""

    worlds: Worlds

    def traces(self, tokens: TokenBatch) -> Rollouts:
        """The traces of the programs on each world, [P, N, 220]."""
        return rollouts(tokens, self.worlds, BUDGET, max_actions=BUDGET.limit)

    def similarity(self, first: TokenBatch, second: TokenBatch) -> NDArray[np.float64]:
        """The similarity of the programs of two batches, pair by pair: float64[P, N]; 1 only for equal traces."""
        shares = np.empty((len(first), len(self.worlds)))
        for part in _parts(len(first), PROGRAMS):
            one, other = self.traces(first[part]), self.traces(second[part])
            shares[part] = agreement(one.actions, one.lengths, other.actions, other.lengths)
        return shares

    def equal(self, first: TokenBatch, second: TokenBatch) -> NDArray[np.float64]:
        """On what share of the worlds two programs do just the same, pair by pair: float64[P]; equal ones don't run."""
        shares, differ = np.ones(len(first)), first.hashes() != second.hashes()
        shares[differ] = (self.similarity(first[differ], second[differ]) == 1).mean(1)
        return shares

    def ends(self, tokens: TokenBatch) -> Ends:
        """The runs of the programs that end."""
        calls = np.empty((len(tokens), len(self.worlds)), np.bool_)
        for part in _parts(len(tokens), PROGRAMS):
            calls[part] = ~self.traces(tokens[part]).truncated
        program, world = np.nonzero(~calls)  # what ends within 220 calls ends within 10,000 primitives
        primitives = calls.copy()
        for part in _parts(len(program), LONG_RUNS):
            rows, columns = program[part], world[part]
            runs = rollouts(tokens[rows], self.worlds[columns], LONG, max_actions=LONG.limit, pairing="each")
            primitives[rows, columns] = ~runs.truncated[:, 0]
        return Ends(calls, primitives)


def _parts(count: int, size: int) -> Iterator[slice]:
    return (slice(at, min(at + size, count)) for at in range(0, count, size))
