"""Batches of a dataset in an order that follows from (seed, step) alone, so a position to resume from is one number.

Programs stay in memory, 135 bytes each; demonstrations are read for each batch, a subsample of each program's. An epoch
shuffles blocks of neighbours, then programs within windows of some blocks, so that a file larger than memory is read
in whole chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from leapscli.artifacts.columns import CHUNK, Layout
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.seeding import stream
from leapscli.vae.networks.masks import target_keys
from leapscli.vae.networks.packing import PackedDemos, PackedPrograms, by_length, pack_demos, pack_programs
from leapscli.vae.training.program_behaviour import Traces

Array = np.ndarray[Any, Any]
WINDOW = 64  # blocks of CHUNK programs that are shuffled into one another: 16,384 programs
WHOLE = slice(None)


class ProgramSource(Protocol):
    """A source of programs; `ProgramsReader` is one."""

    layout: Layout

    def split(self, name: str) -> Array:
        """Indices of a split's programs, ascending."""

    def column(self, name: str, index: slice | Array) -> Any:
        """One column at a slice or an index array."""


@dataclass(frozen=True, eq=False)
class Batch:
    """B programs, sorted by falling length, and what they do: packed for the executor, and as whole traces.

    They are the `part` of a batch that several processes share; alone all of it.
    """

    programs: PackedPrograms
    demos: PackedDemos | None
    traces: Traces | None
    rows: Array  # int64[W], where in the dataset those of the whole batch are
    part: slice

    def to(self, device: torch.device) -> Batch:
        """The same on `device`."""
        return Batch(self.programs.to(device), self.demos and self.demos.to(device), self.traces, self.rows, self.part)


@dataclass(frozen=True)
class Reads:
    """The contents of a batch besides its programs: `demos` of each for the executor, and all as `traces` for
    REINFORCE.
    """

    demos: int = 0
    traces: bool = False


class Programs:
    """One split of a dataset."""

    def __init__(self, source: ProgramSource, split: str, *, limit: int | None = None) -> None:
        rows = source.split(split)
        if limit is not None and limit < len(rows):  # evenly spread: short programs come first in a dataset
            rows = rows[np.linspace(0, len(rows) - 1, limit).astype(np.int64)]
        self.source, self.rows = source, rows
        ids = source.column("tokens", slice(None))[self.rows]
        self.tokens = TokenBatch(ids, source.column("lengths", slice(None))[self.rows].astype(np.int32))
        self.keys = target_keys(self.tokens)

    def __len__(self) -> int:
        return len(self.rows)

    def places(self, rows: Array) -> Array:
        """The indices in this split of rows of the dataset."""
        return np.searchsorted(self.rows, rows)

    def batch(self, chosen: Array, reads: Reads, rng: np.random.Generator, part: slice = WHOLE) -> Batch:
        """The programs at `chosen` int64[W] of this split, with the demonstrations that `rng` draws; `part` of them."""
        chosen = chosen[by_length(self.tokens.lengths[chosen])]
        rows, chosen = self.rows[chosen], chosen[part]
        width = int(self.tokens.lengths[chosen[0]])
        tokens = TokenBatch(self.tokens.ids[chosen, :width], self.tokens.lengths[chosen])
        programs, demos = pack_programs(tokens, self.keys[chosen, :width]), None
        if reads.demos:
            order = rng.random((len(rows), self.source.layout.demonstrations)).argsort(1)  # drawn for all of them
            demos = self._demos(rows[part], order[part, : reads.demos])
        return Batch(programs, demos, self._traces(rows[part]) if reads.traces else None, rows, part)

    def _demos(self, rows: Array, which: Array) -> PackedDemos:
        """Of each program's demonstrations [B, D, …] those at `which` [B, chosen]."""
        program = np.repeat(np.arange(len(rows)), which.shape[1])
        at = program, which.ravel()
        names = ("cells", "agents", "actions", "demo_lengths")
        return pack_demos(program, *(self.source.column(name, rows)[at] for name in names))

    def _traces(self, rows: Array) -> Traces:
        """All demonstrations of each program."""
        cells, agents = (np.concatenate(self.source.column(name, rows)) for name in ("cells", "agents"))
        lengths = self.source.column("demo_lengths", rows).astype(np.int64)
        return Traces(Worlds.from_cells(cells, agents.astype(np.int16)), self.source.column("actions", rows), lengths)


def epoch_order(count: int, seed: int, epoch: int) -> Array:
    """A permutation of `count` programs, shuffled in windows of neighbouring blocks: int64[count]."""
    rng = stream(seed, "order", epoch)
    window = rng.permutation(-(-count // CHUNK))[np.arange(count) // CHUNK] // WINDOW
    return np.lexsort((rng.random(count), window))


def steps_per_epoch(count: int, batch: int) -> int:
    """Whole batches in `count` programs; one smaller batch where there is no whole one."""
    return max(1, count // batch)


def choices(count: int, size: int, seed: int, first: int = 0) -> Iterator[Array]:
    """The programs, of `count`, that the steps `first`, `first` + 1, … learn from, without end: int64[size]."""
    each, step, epoch, order = steps_per_epoch(count, size), first, -1, np.zeros(0, np.int64)
    while True:
        if step // each != epoch:
            epoch = step // each
            order = epoch_order(count, seed, epoch)
        at = step % each * size
        yield order[at : at + size]
        step += 1


def batches(
    programs: Programs, size: int, reads: Reads, seed: int, first: int = 0, part: slice = WHOLE
) -> Iterator[Batch]:
    """The batches of steps `first`, `first` + 1, … without end, or `part` of each.

    What is left over of an epoch is left out.
    """
    for step, chosen in enumerate(choices(len(programs), size, seed, first), first):
        yield programs.batch(chosen, reads, stream(seed, "demos", step), part)


def in_order(programs: Programs, size: int, reads: Reads) -> Iterator[Batch]:
    """Every program once, always with the same demonstrations: for validation."""
    for at in range(0, len(programs), size):
        chosen = np.arange(at, min(at + size, len(programs)))
        yield programs.batch(chosen, reads, stream(0, "validation", at))


def ahead(feed: Iterator[Batch], device: torch.device) -> Iterator[Batch]:
    """The batches on `device`; on CUDA the next one is made and copied while the last one is computed."""
    if device.type == "cpu":  # making one takes a hundredth of a step, and would take a core from the step
        yield from feed
        return

    def made() -> Batch | None:
        batch = next(feed, None)
        return batch and batch.to(device)

    worker = ThreadPoolExecutor(1)
    try:
        coming = worker.submit(made)
        while batch := coming.result():
            coming = worker.submit(made)
            yield batch
    finally:
        worker.shutdown(wait=False, cancel_futures=True)  # nobody waits for a batch that nobody takes
