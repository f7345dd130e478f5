"""The interface of a searcher: `init` a state, `ask` it for candidates, `tell` it their returns, and so on.

A searcher holds settings; everything that changes is in its state, a frozen record. `ask` changes nothing, so a state
can be saved at any moment and resumed. A state's random stream is `stream(seed, name, iteration)`: its seed and
iteration are all there is to save of it.

Axes: B candidates, Z latent, L tokens, N worlds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.vocabulary import Vocabulary


class StopReason(StrEnum):
    """The reason why a search ended."""

    TARGET = "target"  # a program reached the target return
    CONVERGED = "converged"  # the searcher itself was done
    ITERATIONS = "iterations"  # the most iterations allowed
    EVALUATIONS = "evaluations"  # the most programs allowed were executed
    TIME = "time"  # the most seconds allowed
    INTERRUPTED = "interrupted"  # the user asked


@dataclass(frozen=True, eq=False)
class Latents:
    """Candidates of the latent space: `z` float32[B, Z].

    A decoder that samples takes the first `greedy` rows greedily all the same, and draws the others with `seed`; one
    that does not sample ignores both.
    """

    z: NDArray[np.float32]
    greedy: int = 0
    seed: int = 0

    def __len__(self) -> int:
        return len(self.z)

    def __getitem__(self, rows: NDArray[np.int64]) -> Latents:
        return Latents(self.z[rows])


Points: TypeAlias = Latents | TokenBatch
"""Candidates: vectors to decode, or programs."""

NO_FLOOR = -np.inf


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of B candidates.

    `tokens`: their programs. `hashes` uint64[B]: equal for equal programs. `returns` float64[B]: each one's mean over
    the states, -inf where it did not pass the floor. `first` int64: the rows at which each distinct program stands
    first, ascending. `screened` float64[B]: the mean over the screening states. `behaviours` uint64[B]: equal where
    the return is the same on every state. `solved` bool[B]: the return is the best that the task pays.
    """

    tokens: TokenBatch
    hashes: NDArray[np.uint64]
    returns: NDArray[np.float64]
    first: NDArray[np.int64]
    screened: NDArray[np.float64]
    behaviours: NDArray[np.uint64]
    solved: NDArray[np.bool_]


class LatentSpace(Protocol):
    """The interface of a model to latent searchers."""

    @property
    def latent(self) -> int:
        """Z, the length of a vector."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of its programs."""

    def decode(self, points: Latents) -> TokenBatch:
        """B vectors → B programs."""

    def encode(self, tokens: TokenBatch) -> NDArray[np.float32]:
        """B programs → the means of their vectors, float32[B, Z]."""


@dataclass(frozen=True)
class TaskLatents:
    """The latent space `of` a model, searched for the task of that name."""

    of: LatentSpace
    task: str

    @property
    def latent(self) -> int:
        """Z, the length of a vector."""
        return self.of.latent

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of its programs."""
        return self.of.vocabulary

    def decode(self, points: Latents) -> TokenBatch:
        """B vectors → B programs."""
        return self.of.decode(points)

    def encode(self, tokens: TokenBatch) -> NDArray[np.float32]:
        """B programs → the means of their vectors, float32[B, Z]."""
        return self.of.encode(tokens)


S = TypeVar("S")
P = TypeVar("P", bound=Points)


class Searcher(ABC, Generic[S, P]):
    """A way to propose candidates: vectors (`Latents`), programs (`TokenBatch`), or either (`Points`).

    It is made of its settings and the space that it searches: `TaskLatents` where it `needs_model`, else
    `ProgramSpace`; both know the `task`. States are frozen dataclasses of numbers, texts, arrays, token batches and
    such records.
    """

    needs_model: ClassVar[bool] = False

    @abstractmethod
    def init(self, seed: int) -> S:
        """The state before the first iteration."""

    @abstractmethod
    def ask(self, state: S) -> P:
        """This iteration's candidates; the same for the same state."""

    @abstractmethod
    def tell(self, state: S, points: P, scored: Scored) -> S:
        """The next state, given what `ask` returned and how it scored."""

    def floor(self, state: S) -> float:
        """The mean return on the screening states below which a candidate is not run on the others."""
        return NO_FLOOR

    def converged(self, state: S) -> bool:
        """True if there is nothing left to do."""
        return False

    def status(self, state: S) -> Mapping[str, float]:
        """Numbers worth watching: `sigma`, `threshold` (the elite's lowest return), `restarts`."""
        return {}


AnySearcher: TypeAlias = Searcher[Any, Any]
