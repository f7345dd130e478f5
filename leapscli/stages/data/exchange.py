"""`leaps data import` and `export`: datasets from and for the published code, and from the program-synthesis data.

What is imported is run: every program on the initial world of each of its demonstrations. In the published layout
actions and states must be those recorded, or nothing is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from leapscli.artifacts.columns import CHUNK, ProgramColumns
from leapscli.artifacts.files import sha256
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsReader, ProgramsWriter
from leapscli.artifacts.published_h5 import PublishedProgram, PublishedReader, PublishedWriter, columns
from leapscli.artifacts.store import Artifact, Workspace
from leapscli.artifacts.synthesis_json import files_of
from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.execution import Frames, replay, rollouts
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import ACTIONS
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.engine.budget import Budget
from leapscli.engine.engine import core_count
from leapscli.errors import InputError, Interrupted
from leapscli.progress import Done, Reporter, Silent, StopFlag
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.data.samples import calls_of, open_dataset
from leapscli.stages.data.synthesis_import import Skipped, import_records
from leapscli.stages.generate.generate import check_place, finish
from leapscli.stages.generate.statistics import Statistics


def import_dataset(
    path: Path,
    workspace: Workspace,
    *,
    name: str = "karel",
    reporter: Reporter[Done] | None = None,
    stop: StopFlag | None = None,
    command: str = "",
) -> Artifact:
    """Make a dataset of a folder in the published layout, or of JSON lines of the program-synthesis data.

    Programs beyond 45 tokens are left out and counted. Splits are those that groups or files name, or else drawn as for
    generated datasets. Raises InputError, naming the place, for the first program or demonstration that is not what
    running it gives (of JSON lines, for the first line that is no record); Interrupted, with nothing kept.
    """
    reporter, stop = reporter or Silent(), stop or StopFlag()
    check_place(workspace, name)
    if files := files_of(path):
        return import_records(files, workspace, name=name, reporter=reporter, stop=stop, command=command)
    reader, statistics, split = PublishedReader(path), Statistics(), list[int | None]()
    skipped, seen = Skipped(), 0
    with workspace.stage("dataset", name) as draft:
        writer = ProgramsWriter(draft.path / PROGRAMS, reader.layout, threads=core_count())
        reporter.start("importing", len(reader), "programs")
        for batch in _batches(reader):
            found = list(_short(batch, skipped))
            if found:
                rows = columns(found, reader.layout)
                _check(reader, found, rows)
                writer.append(rows)
                statistics.add(rows)
                split += [each.split for each in found]
            seen += len(batch)
            reporter.update(Done(seen))
            if stop.requested:
                raise Interrupted("stopped; nothing was imported", None)
        splits = DatasetRecipe().splits if None in split else np.array(split, np.uint8)
        metrics = finish(writer, splits, statistics, core_count(), reporter, stop)
        metrics |= {"too_long": seen - len(split), "skipped": skipped.metrics()}
        source = {"imported": str(path), "sha256": sha256(reader.path), "calls": reader.calls}
        return draft.publish(recipe=source, seed=None, metrics=metrics, command=command, arrays=writer.arrays)


def _batches(reader: PublishedReader) -> Iterator[list[PublishedProgram]]:
    programs = iter(reader)
    while batch := list(islice(programs, CHUNK)):
        yield batch


def _short(batch: list[PublishedProgram], skipped: Skipped) -> Iterator[PublishedProgram]:
    """The programs that a dataset can hold."""
    for each in batch:
        if len(each.tokens) <= MAX_TOKENS:
            yield each
        else:
            skipped.add(each.name, "too_long", f"{len(each.tokens)} tokens")


def _worlds(rows: ProgramColumns) -> Worlds:
    """The initial worlds of P programs' demonstrations: P·D of them."""
    h, w = rows.cells.shape[2:]
    return Worlds.from_cells(rows.cells.reshape(-1, h, w), rows.agents.reshape(-1, 3))


def _frames(rows: ProgramColumns, worlds: Worlds) -> list[Frames]:
    """For each program the states that its demonstrations lead through: [D, T + 1] of them."""
    d = rows.actions.shape[1]
    frames = replay(worlds, rows.actions.reshape(-1, rows.actions.shape[2]), rows.demo_lengths.reshape(-1))
    cut = [slice(p * d, (p + 1) * d) for p in range(len(rows))]
    return [Frames(frames.cells[part], frames.agents[part]) for part in cut]


def _check(reader: PublishedReader, found: list[PublishedProgram], rows: ProgramColumns) -> None:
    """Raises InputError for the first program or demonstration that running it does not give."""
    path, programs = reader.path, TokenBatch(rows.tokens, rows.lengths.astype(np.int32))
    if not (valid := programs.valid()).all():
        each = found[int(np.argmin(valid))]
        raise InputError(f"{path}: {each.name}: program is not in the language: {_text(each.tokens)}")
    if (cells := _stuck(rows)).any():
        p, d = np.argwhere(cells)[0]
        raise InputError(f"{path}: {found[p].name}: demonstration {d}: Karel stands in a wall")
    worlds = _worlds(rows)
    room = rows.actions.shape[2] + 1  # one more, to see runs that go on
    runs = rollouts(programs, worlds, Budget.calls(reader.calls), max_actions=room, pairing="each")
    recorded = np.pad(rows.actions, ((0, 0), (0, 0), (0, 1)), constant_values=-1)
    for p, d, t in np.argwhere(runs.actions != recorded)[:1]:
        ours, theirs = (_action(array[p, d, t]) for array in (runs.actions, recorded))
        message = f"{found[p].name}: demonstration {d}, action {t}: recorded {theirs}, the program's run gives {ours}"
        raise InputError(f"{path}: {message}")
    for each, frames in zip(found, _frames(rows, worlds), strict=True):
        _check_states(path, each, frames)


def _stuck(rows: ProgramColumns) -> Any:
    """bool[P, D]: whether Karel begins in a wall."""
    p, d = np.indices(rows.demo_lengths.shape)
    return rows.cells[p, d, rows.agents[..., 0], rows.agents[..., 1]] == WALL


def _check_states(path: Path, each: PublishedProgram, frames: Frames) -> None:
    states = each.cells.shape[1]
    recorded = np.arange(states) <= each.lengths[:, None]
    same = (frames.cells[:, :states] == each.cells).all((2, 3)) & (frames.agents[:, :states] == each.agents).all(2)
    for d, t in np.argwhere(recorded & ~same)[:1]:
        raise InputError(f"{path}: {each.name}: demonstration {d}, state {t}: not where its actions lead")


def _action(number: int) -> str:
    """An action's name, or "the end"; whatever else is recorded, as a number."""
    return "the end" if number == -1 else ACTIONS[number] if 0 <= number < len(ACTIONS) else str(number)


def _text(tokens: Any) -> str:
    return TokenBatch.from_ids(tokens[None]).texts()[0]


def export_dataset(
    artifact: Artifact, out: Path, *, reporter: Reporter[Done] | None = None, stop: StopFlag | None = None
) -> int:
    """Write a dataset to the new folder `out` in the published layout; how many programs there are.

    Raises InputError where `out` exists or cannot be made; Interrupted, with nothing kept.
    """
    reporter, stop = reporter or Silent(), stop or StopFlag()
    reader: ProgramsReader = open_dataset(artifact)
    writer = PublishedWriter(out, calls_of(artifact))
    try:
        reporter.start("exporting", len(reader), "programs")
        for first in range(0, len(reader), CHUNK):
            rows = reader.read(slice(first, first + CHUNK))
            writer.append(rows, _frames(rows, _worlds(rows)))
            reporter.update(Done(first + len(rows)))
            if stop.requested:
                raise Interrupted("stopped; nothing was exported", None)
        return writer.close(reader.layout.demonstrations)
    finally:
        writer.discard()
