"""Statistics of a dataset, counted while it is made: sums only, so that parts can be added and kept in a journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.columns import SPLITS, ProgramColumns
from leapscli.domains.karel.behaviour import Behaviour
from leapscli.domains.karel.demonstrations import FATES, RUNS, Demonstrations
from leapscli.dsl.published import PAD, TOKEN_ID, TOKENS
from leapscli.dsl.vocabulary import MAX_TOKENS

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

    def add_candidates(self, candidates: int, shown: Demonstrations) -> None:
        """Count programs drawn, and what became of the distinct ones."""
        self.counts["candidates"] += candidates
        self.counts["fates"] += _histogram(shown.fates, "fates")
        self.counts["runs"] += shown.tallies.sum(0, dtype=np.int64)

    def add(self, kept: ProgramColumns) -> None:
        """Count programs that are in the dataset."""
        self.counts["lengths"] += _histogram(kept.lengths, "lengths")
        self.counts["nesting"] += _histogram(nesting(kept.tokens), "nesting")
        self.counts["tokens"] += np.bincount(kept.tokens.ravel(), minlength=PAD + 1)[:PAD]
        self.counts["actions"] += _histogram(kept.demo_lengths, "actions")

    def as_json(self) -> dict[str, list[int]]:
        """Plain lists, from which a `Statistics` can be made again."""
        return {name: counts.tolist() for name, counts in self.counts.items()}

    def metrics(self) -> dict[str, Any]:
        """By name, for a manifest; histograms from 0 up to the highest value there is."""
        fates, runs = self.counts["fates"].tolist(), self.counts["runs"].tolist()
        generation = {
            "candidates": self.candidates,
            "distinct_candidates": sum(fates),
            "dropped": dict(zip(FATES[1:], fates[1:], strict=True)),
            "runs": dict(zip(RUNS, runs, strict=True)),
        }
        histograms = {
            name: np.trim_zeros(self.counts[name], "b").tolist() for name in ("lengths", "nesting", "actions")
        }
        tokens = dict(zip(TOKENS, self.counts["tokens"].tolist(), strict=False))
        return {**(generation if self.candidates else {}), **histograms, "tokens": tokens}


def split_metrics(split: NDArray[np.uint8], found: Behaviour) -> dict[str, Any]:
    """The number of programs in each split, and of those that behave like another one."""
    walks, first = np.unique(found.walks, return_inverse=True)
    sides = np.unique(np.stack([first, split]), axis=1).shape[1]
    return {
        "programs": len(split),
        "splits": dict(zip(SPLITS, np.bincount(split, minlength=len(SPLITS)).tolist(), strict=True)),
        "duplicates": {
            "same_actions": len(split) - len(np.unique(found.traces)),
            "same_but_for_turns": len(split) - len(walks),
            "across_splits": sides - len(walks),
        },
    }
