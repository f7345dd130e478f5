"""The stream of distinct random programs with their demonstrations, in order, whoever works on it.

Sampling and demonstrating run in threads, block by block, ahead of whoever reads; only duplicates, which concern all
programs before, are dropped in one place. What is read depends on the recipe alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.columns import Layout, ProgramColumns
from leapscli.domains.karel.demonstrations import Demonstrations, Rules, demonstrate
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.hash_set import HashSet
from leapscli.dsl.sampler import sample_programs
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate.parallel import in_order

BLOCK = 4096  # candidates


@dataclass(frozen=True, eq=False)
class Block:
    """Candidates `first` to `stop`: the F distinct ones, and demonstrations of those kept."""

    first: int
    stop: int
    programs: TokenBatch  # [F]
    places: NDArray[np.int64]  # [F] which candidates they are, ascending
    shown: Demonstrations

    def until(self, kept: int) -> Block:
        """The part up to the candidate that is the `kept`-th one kept."""
        if kept >= len(self.shown.kept):
            return self
        count = int(self.shown.kept[kept - 1]) + 1
        return Block(
            self.first, int(self.places[count - 1]) + 1, self.programs[:count], self.places[:count], self.shown[:count]
        )

    def columns(self) -> ProgramColumns:
        """The programs kept; all in the first split until the splits are decided."""
        kept, shown = self.programs[self.shown.kept], self.shown
        return ProgramColumns(
            tokens=kept.ids,
            lengths=kept.lengths.astype(np.uint8),
            split=np.zeros(len(kept), np.uint8),
            cells=shown.cells,
            agents=shown.agents,
            actions=shown.actions,
            demo_lengths=shown.lengths,
        )


def rules_of(recipe: DatasetRecipe) -> Rules:
    """The recipe's conditions on demonstrations."""
    names = Rules.__dataclass_fields__
    return Rules(**{name: value for name, value in recipe.model_dump().items() if name in names})


def layout_of(recipe: DatasetRecipe) -> Layout:
    """The sizes of the recipe's dataset."""
    return Layout(recipe.demonstrations, recipe.max_actions, recipe.height, recipe.width, recipe.max_tokens)


def seen_before(recipe: DatasetRecipe, stop: int) -> HashSet:
    """The programs among the candidates before `stop`."""
    seen = HashSet()
    for first in range(0, stop, 16 * BLOCK):
        seen.add(_sample(recipe, first, min(stop, first + 16 * BLOCK)).hashes())
    return seen


def blocks(recipe: DatasetRecipe, first: int, threads: int) -> Iterator[Block]:
    """All blocks from candidate `first` on, without end."""
    rules, seen = rules_of(recipe), seen_before(recipe, first)

    def draw(start: int) -> tuple[int, TokenBatch, NDArray[np.uint64]]:
        programs = _sample(recipe, start, start + BLOCK)
        return start, programs, programs.hashes()

    def show(drawn: tuple[int, TokenBatch, NDArray[np.int64]]) -> Block:
        start, programs, fresh = drawn
        distinct, places = programs[fresh], start + fresh
        return Block(start, start + BLOCK, distinct, places, demonstrate(distinct, places, rules, recipe.seed))

    with ThreadPoolExecutor(threads) as pool:
        drawn = in_order(pool, draw, itertools.count(first, BLOCK), threads)
        fresh = ((start, programs, np.flatnonzero(seen.add(hashes))) for start, programs, hashes in drawn)
        try:
            yield from in_order(pool, show, fresh, threads)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _sample(recipe: DatasetRecipe, first: int, stop: int) -> TokenBatch:
    return sample_programs(
        stop - first, recipe.seed, first=first, max_tokens=recipe.max_tokens, max_depth=recipe.max_depth
    )
