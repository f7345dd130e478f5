"""What a dataset is like, counted while it is made: only sums, so that parts can be added and kept in a journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.columns import ProgramColumns
from leapscli.dsl.vocabulary import MAX_TOKENS, PAD, TOKEN_ID
from leapscli.world.demonstrations import FATES, RUNS, Demonstrations

Counts = NDArray[np.int64]
_STEP = np.zeros(256, np.int8)  # what a token does to the number of blocks around
for _token in ("w", "r", "i", "e"):
    _STEP[TOKEN_ID[f"{_token}("]], _STEP[TOKEN_ID[f"{_token})"]] = 1, -1


def nesting(tokens: NDArray[np.uint8]) -> Counts:
    """For programs [P, L] the most control statements around one action: 0 where there are actions alone."""
    return np.asarray(_STEP[tokens].cumsum(1, dtype=np.int8).max(1, initial=0), np.int64)


def _histogram(values: NDArray[Any], name: str) -> Counts:
    return np.bincount(values.ravel(), minlength=SIZES[name]).astype(np.int64)


# The counts and their sizes.
SIZES = {
    "candidates": 1,  # programs drawn
    "fates": len(FATES),  # of the distinct ones: kept, and dropped by reason
    "runs": len(RUNS),  # worlds drawn for them, and runs not kept by reason
    "lengths": MAX_TOKENS + 1,  # kept programs by number of tokens
    "nesting": MAX_TOKENS,  # kept programs by depth of control statements
    "tokens": PAD,  # occurrences in kept programs
    "actions": 256,  # demonstrations by number of actions
}


class Statistics:
    """Counts of a dataset in the making: `counts` int64[size] by name."""

    def __init__(self, counts: Mapping[str, Sequence[int]] | None = None) -> None:
        given = counts or {}
        self.counts = {name: np.array(given.get(name, [0] * size), np.int64) for name, size in SIZES.items()}

    @property
    def candidates(self) -> int:
        """Programs drawn so far."""
        return int(self.counts["candidates"][0])

    def add(self, candidates: int, shown: Demonstrations, kept: ProgramColumns) -> None:
        """Count some more candidates, with what became of the distinct ones and what was kept of them."""
        more = {
            "candidates": np.array([candidates]),
            "fates": _histogram(shown.fates, "fates"),
            "runs": shown.tallies.sum(0, dtype=np.int64),
            "lengths": _histogram(kept.lengths, "lengths"),
            "nesting": _histogram(nesting(kept.tokens), "nesting"),
            "tokens": np.bincount(kept.tokens.ravel(), minlength=PAD + 1)[:PAD],
            "actions": _histogram(kept.demo_lengths, "actions"),
        }
        for name, counts in more.items():
            self.counts[name] += counts

    def as_json(self) -> dict[str, list[int]]:
        """Plain lists, from which a `Statistics` can be made again."""
        return {name: counts.tolist() for name, counts in self.counts.items()}
