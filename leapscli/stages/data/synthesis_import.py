"""`leaps data import` of the program-synthesis data: every program is run anew on the worlds of its examples.

Programs, worlds and the counting of steps differ a little there (up to 101 markers on a cell, another budget), so a
record is kept only where the run here is the one recorded, and otherwise counted by the reason. Worlds of several sizes
are set into one with wall around them, which changes nothing: outside of a world all is wall.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.columns import CHUNK, Layout, ProgramColumns
from leapscli.artifacts.files import sha256
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsWriter
from leapscli.artifacts.store import Artifact, Workspace
from leapscli.artifacts.synthesis_json import SKIPPED, Line, Record, Unusable, examples_of, lines, read_record
from leapscli.domains.karel.cells import MAX_SIDE, WALL
from leapscli.domains.karel.execution import replay, rollouts
from leapscli.domains.karel.world import World, Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PAD
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.engine.budget import Budget
from leapscli.engine.engine import core_count
from leapscli.errors import InputError, Interrupted
from leapscli.progress import Done, Reporter, StopFlag
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate.generate import finish
from leapscli.stages.generate.statistics import Statistics

CALLS = 10_000  # more than any run of the published data takes
PLANES_SIDE = 16  # the largest world that a tensor can hold
LONGEST = 255  # actions that a dataset can keep
Files = Sequence[tuple[Path, int | None]]


class Skipped:
    """The records left out: by reason how many, and the first of them."""

    def __init__(self) -> None:
        self.counts, self.first = Counter[str](), dict[str, str]()

    def add(self, place: str, reason: str, detail: str) -> None:
        """Count one."""
        self.counts[reason] += 1
        self.first.setdefault(reason, f"{place}: {detail}")

    def metrics(self) -> dict[str, Any]:
        """By reason `records`, `why` in words, and the `first`."""
        return {reason: {"records": self.counts[reason], "why": why, "first": self.first[reason]}
                for reason, why in SKIPPED.items() if self.counts[reason]}  # fmt: skip


def import_records(
    files: Files, workspace: Workspace, *, name: str, reporter: Reporter[Done], stop: StopFlag, command: str
) -> Artifact:
    """Make a dataset of JSON lines, with the splits of their files where these tell them.

    Raises InputError for a line that is no record, or where none can be used; Interrupted, with nothing kept.
    """
    count, layout = _measure(files)
    statistics, skipped, splits = Statistics(), Skipped(), list[int | None]()
    with workspace.stage("dataset", name) as draft:
        writer = ProgramsWriter(draft.path / PROGRAMS, layout, threads=core_count())
        reporter.start("importing", count, "records")
        seen = 0
        for batch in _batches(lines(list(files))):
            rows, kept = _columns(list(_records(batch, layout, skipped)), layout, skipped)
            if kept:
                writer.append(rows)
                statistics.add(rows)
                splits += [record.split for record in kept]
            seen += len(batch)
            reporter.update(Done(seen))
            if stop.requested:
                raise Interrupted("stopped; nothing was imported", None)
        if not splits:
            raise InputError(f"{_place(files)}: none of {count:,} records can be used{_reasons(skipped)}")
        shares = DatasetRecipe().splits if None in splits else np.array(splits, np.uint8)
        metrics = finish(writer, shares, statistics, core_count(), reporter, stop) | {"skipped": skipped.metrics()}
        source = {
            "imported": str(_place(files)),
            "sha256": {path.name: sha256(path) for path, _ in files},
            "calls": CALLS,
        }
        return draft.publish(recipe=source, seed=None, metrics=metrics, command=command)


def _place(files: Files) -> Path:
    return files[0][0] if len(files) == 1 else files[0][0].parent


def _reasons(skipped: Skipped) -> str:
    return "".join(
        f"\n  {each['records']:,}: {each['why']}; first {each['first']}" for each in skipped.metrics().values()
    )


def _batches(found: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(found, CHUNK)):
        yield batch


def _measure(files: Files) -> tuple[int, Layout]:
    """The number of records and the sizes that hold most of them: as many examples as most have, the largest world."""
    records, examples, sides, longest = 0, Counter[int](), [1, 1], Layout().max_actions
    for line in lines(list(files)):
        records += 1
        found = examples_of(line)
        examples[len(found)] += bool(found)
        for example in found:
            sides = [max(sides[0], _side(example, "rows")), max(sides[1], _side(example, "cols"))]
            actions = example.get("actions")
            longest = max(longest, len(actions) if isinstance(actions, list) else 0)
    if not records:
        raise InputError(f"{_place(files)}: holds no record")
    most = examples.most_common(1)[0][0] or 1
    return records, Layout(min(most, 255), min(longest, LONGEST), sides[0], sides[1])


def _side(example: dict[str, Any], name: str) -> int:
    """Rows or columns of an example's first world; 0 for what no world has, as it will not be read."""
    grid = example.get("inpgrid_json")
    side = grid.get(name) if isinstance(grid, dict) else PLANES_SIDE if "inpgrid_tensor" in example else 0
    return side if isinstance(side, int) and side <= MAX_SIDE else 0


def _records(batch: list[Line], layout: Layout, skipped: Skipped) -> Iterator[Record]:
    for line in batch:
        try:
            yield read_record(line, layout.demonstrations)
        except Unusable as problem:
            skipped.add(line.place, problem.reason, problem.detail)


def _columns(records: list[Record], layout: Layout, skipped: Skipped) -> tuple[ProgramColumns, list[Record]]:
    """The programs that do here what was recorded, with their runs, and the records that they are of."""
    records = list(_valid(records, skipped))
    if not records:
        return ProgramColumns.empty(layout), []
    programs = _batch(records)
    cells, agents = _place_worlds([record.starts for record in records], layout)
    worlds = Worlds.from_cells(cells.reshape(-1, layout.height, layout.width), agents.reshape(-1, 3))
    runs = rollouts(programs, worlds, Budget.calls(CALLS), max_actions=layout.max_actions, pairing="each")
    last = replay(worlds, runs.actions.reshape(len(worlds), -1), runs.lengths.reshape(-1), last_only=True)
    ends = (last.cells.reshape(cells.shape), last.agents.reshape(agents.shape))
    kept = []
    for p, record in enumerate(records):
        if problem := _problem(record, runs.actions[p], runs.truncated[p], ends[0][p], ends[1][p], layout):
            skipped.add(record.place, *problem)
        else:
            kept.append(p)
    rows = ProgramColumns(
        tokens=programs.ids,
        lengths=programs.lengths.astype(np.uint8),
        split=np.array([record.split or 0 for record in records], np.uint8),
        cells=cells,
        agents=agents,
        actions=runs.actions,
        demo_lengths=np.minimum(runs.lengths, LONGEST).astype(np.uint8),
    )
    return rows[np.array(kept, np.int64)], [records[p] for p in kept]


def _batch(records: list[Record]) -> TokenBatch:
    ids = np.full((len(records), MAX_TOKENS), PAD, np.uint8)
    for p, record in enumerate(records):
        ids[p, : len(record.tokens)] = record.tokens
    return TokenBatch(ids, np.array([len(record.tokens) for record in records], np.int32))


def _valid(records: list[Record], skipped: Skipped) -> Iterator[Record]:
    """The records whose tokens spell a program."""
    programs = _batch(records)
    for record, valid, text in zip(records, programs.valid(), programs.texts(), strict=True):
        if valid:
            yield record
        else:
            skipped.add(record.place, "language", text)


def _place_worlds(worlds: list[list[World]], layout: Layout) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cells uint8[P, D, H, W] and agents uint8[P, D, 3] of worlds set into the top left of walled ones."""
    cells = np.full((len(worlds), layout.demonstrations, layout.height, layout.width), WALL, np.uint8)
    agents = np.empty((*cells.shape[:2], 3), np.uint8)
    for p, own in enumerate(worlds):
        for d, world in enumerate(own):
            cells[p, d, : world.height, : world.width] = np.where(world.walls, WALL, world.markers)
            agents[p, d] = world.agent
    return cells, agents


def _problem(
    record: Record, actions: Any, truncated: Any, cells: Any, agents: Any, layout: Layout
) -> tuple[str, str] | None:
    """The reason to leave a record out after its program ran: one of SKIPPED, and the example."""
    for d, (start, recorded, end) in enumerate(zip(record.starts, record.actions, record.ends, strict=True)):
        if truncated[d]:
            return "endless", f"example {d}: still running after {layout.max_actions} actions or {CALLS:,} calls"
        if recorded is not None and recorded != [action for action in actions[d].tolist() if action >= 0]:
            return "different", f"example {d}: other actions"
        if end is not None:
            same = (end.height, end.width) == (start.height, start.width) and end.agent == tuple(agents[d].tolist())
            if not same or (cells[d, : end.height, : end.width] != np.where(end.walls, WALL, end.markers)).any():
                return "different", f"example {d}: another world at the end"
    return None
