"""Datasets as the published code keeps them (clvrai/leaps, karel_env/generator.py): read, checked, and written.

    data.hdf5   a group for each program
                  program  int8[L]                      token ids
                  s_h      bool[D, S, H, W, 16]         the states, padded with zeros; planes: Karel facing north, east,
                                                        south, west; wall; 0, 1, … 10 markers
                  s_h_len  int16[D]                     states in each demonstration
                  a_h      int8[D, S - 1]               the actions, padded with zeros
                  a_h_len  int16[D]                     actions in each demonstration: one less than its states
                and a group `data_info` of sizes
    id.txt      the names of the programs' groups, a line each

The published trainer shuffles and splits by itself. Attributes, which it ignores, keep our split (of each group) and
the budget of the runs in calls (of the file; 220 where it is missing).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from leapscli.artifacts.columns import SPLITS, Bytes, Layout, ProgramColumns
from leapscli.artifacts.file_types import AGAIN, WAYS_OUT, Kind, kind_of
from leapscli.artifacts.files import disk_errors
from leapscli.artifacts.hdf5 import Target, open_hdf5, take
from leapscli.artifacts.programs_h5 import IN_USE, WAIT
from leapscli.domains.karel.execution import Frames
from leapscli.dsl.published import ACTIONS, PAD
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.errors import InputError

DATA, IDS, INFO = "data.hdf5", "id.txt", "data_info"
HINT = f"give the folder that holds {DATA} and {IDS}; or JSON lines, or the folder of train.json, val.json, test.json"
PLANES = 16
CALLS = 220  # MAX_FUNC_CALL of the published interpreter
_WALL_PLANE, _MARKERS_PLANE, _MOST_MARKERS = 4, 5, 9
_WALL = 255
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PublishedProgram:
    """One program as it was found: `tokens` uint8[L]; of D demonstrations the states `cells` uint8[D, S, H, W] and
    `agents` uint8[D, S, 3], `actions` int8[D, S - 1], `lengths` int64[D] in actions; `split`, where there is one.
    """

    name: str
    tokens: Bytes
    cells: Bytes
    agents: Bytes
    actions: npt.NDArray[np.int8]
    lengths: npt.NDArray[np.int64]
    split: int | None


class PublishedReader:
    """Reads a folder in this layout. Raises InputError, naming group and dataset, for what is not as it must be."""

    def __init__(self, path: Path) -> None:
        folder = path if path.is_dir() or not path.exists() else path.parent
        self.path = folder / DATA
        for needed in (self.path, folder / IDS):
            if not needed.is_file():
                raise InputError(f"{needed}: no such file", HINT)
        if (kind := kind_of(self.path)) is not Kind.HDF5:
            raise InputError(f"{self.path}: cannot be read: {kind}, not an HDF5 file", WAYS_OUT.get(kind))
        try:
            self._file = open_hdf5(self.path)
            self.names = (folder / IDS).read_text(encoding="utf-8").split()
        except BlockingIOError:
            raise InputError(f"{self.path}: {IN_USE}", WAIT) from None
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{folder}: cannot be read ({error})", AGAIN) from None
        if not self.names:
            raise InputError(f"{folder / IDS}: names no program")
        self.layout = self._measure()
        self.calls = int(self._file.attrs.get("calls", CALLS))

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[PublishedProgram]:
        for name in self.names:
            try:
                yield self._read(name)
            except (OSError, TypeError, ValueError) as error:  # a chunk that is damaged, or numbers that are none
                raise InputError(f"{self.path}: {name}: cannot be read ({error})", AGAIN) from None

    def _measure(self) -> Layout:
        """The sizes that all programs share, from the shapes alone; at most 100 actions, or as many as there are."""
        longest, shared = Layout().max_actions, None
        for name in self.names:
            shape = self._dataset(name, "s_h").shape
            if len(shape) != 5 or shape[4] != PLANES:
                raise InputError(f"{self.path}: {name}/s_h is {list(shape)}, not [D, S, H, W, {PLANES}]")
            sizes, longest = (shape[0], *shape[2:4]), max(longest, shape[1] - 1)
            if sizes != (shared or sizes):
                raise InputError(f"{self.path}: {name}/s_h: D, H, W are {sizes}, those of others {shared}")
            shared = sizes
        assert shared is not None
        if max(*shared, longest) > 255:
            raise InputError(f"{self.path}: D, H, W {shared} and {longest} actions: at most 255 of each can be kept")
        return Layout(shared[0], longest, shared[1], shared[2])

    def _dataset(self, name: str, part: str) -> h5py.Dataset:
        try:
            found = take(self._file, f"{name}/{part}")
        except (ValueError, KeyError, RuntimeError, OSError) as error:
            raise InputError(f"{self.path}: refused: {error}", AGAIN) from None
        if found is None:
            raise InputError(f"{self.path}: {name} has no {part}, though {IDS} names it")
        return found

    def _read(self, name: str) -> PublishedProgram:
        states, actions = self._dataset(name, "s_h")[()], self._dataset(name, "a_h")[()]
        tokens, lengths = self._dataset(name, "program")[()], self._dataset(name, "a_h_len")[()].astype(np.int64)
        ends = self._dataset(name, "s_h_len")[()]
        d = len(states)
        if lengths.shape != (d,) or actions.shape[:1] != (d,) or lengths.min() < 0 or lengths.max() > actions.shape[1]:
            raise InputError(f"{self.path}: {name}: a_h and a_h_len do not fit s_h")
        if not np.array_equal(ends, lengths + 1) or ends.max() > states.shape[1]:
            raise InputError(f"{self.path}: {name}: s_h_len is not one more than a_h_len, or more than s_h has")
        if tokens.ndim != 1 or not len(tokens) or tokens.min() < 0 or tokens.max() >= PAD:
            raise InputError(f"{self.path}: {name}: program is no list of token ids from 0 to {PAD - 1}")
        valid = np.arange(states.shape[1]) <= lengths[:, None]
        problem, cells, agents = decode(states.astype(np.bool_), valid)
        if problem:
            raise InputError(f"{self.path}: {name}/s_h: {problem}")
        split = self._file[name].attrs.get("split")
        return PublishedProgram(
            name=name,
            tokens=tokens.astype(np.uint8),
            cells=cells,
            agents=agents,
            actions=actions.astype(np.int8),
            lengths=lengths,
            split=SPLITS.index(split) if split in SPLITS else None,
        )


def decode(states: Flags, valid: Flags) -> tuple[str, Bytes, Bytes]:
    """States bool[D, S, H, W, 16] as cells uint8[D, S, H, W] and agents uint8[D, S, 3], where `valid` bool[D, S].

    The text says what is wrong with them, if anything.
    """
    d, s, h, w, _ = states.shape
    karel = np.moveaxis(states[..., :_WALL_PLANE], 4, 2).reshape(d, s, -1)
    walls, markers = states[..., _WALL_PLANE], states[..., _MARKERS_PLANE:]
    count = markers.argmax(-1).astype(np.uint8)
    facing, place = np.divmod(karel.argmax(-1), h * w)
    agents = np.stack([place // w, place % w, facing], -1).astype(np.uint8)
    for wrong, problem in (
        (karel.sum(-1) != 1, "Karel is not in one place, facing one way"),
        ((markers.sum(-1) > 1).any((2, 3)), "a cell has several numbers of markers"),
        ((count > _MOST_MARKERS).any((2, 3)), f"a cell holds more than {_MOST_MARKERS} markers"),
        ((walls & (count > 0)).any((2, 3)), "there are markers in a wall"),
    ):
        if (found := np.argwhere(wrong & valid)).size:
            return f"demonstration {found[0][0]}, state {found[0][1]}: {problem}", count, agents
    return "", np.where(walls, np.uint8(_WALL), count), agents


def encode(frames: Frames, lengths: npt.NDArray[Any]) -> Flags:
    """The inverse: states bool[D, S, H, W, 16] of replayed traces of `lengths` [D], zeros after their ends."""
    cells, agents = frames.cells, frames.agents
    planes = np.zeros((*cells.shape, PLANES), np.bool_)
    walls = cells == _WALL
    planes[..., _WALL_PLANE] = walls
    markers = np.where(walls, 0, cells)[..., None] == np.arange(PLANES - _MARKERS_PLANE)
    planes[..., _MARKERS_PLANE:] = markers
    d, s = np.indices(cells.shape[:2])
    planes[d, s, agents[..., 0], agents[..., 1], agents[..., 2]] = True
    planes[np.arange(cells.shape[1]) > np.asarray(lengths)[:, None]] = False
    return planes


class PublishedWriter:
    """Writes a new folder in this layout: everything lies in a folder beside it until `close`."""

    def __init__(self, folder: Path, calls: int) -> None:
        if folder.exists():
            raise InputError(f"{folder}: exists already", "name a new folder")
        if not folder.absolute().parent.is_dir():
            raise InputError(f"{folder}: there is no folder {folder.absolute().parent}", "make it first")
        self.folder, self._aside = folder, folder.with_name(f".{folder.name}.writing")
        with disk_errors(self._aside):
            shutil.rmtree(self._aside, ignore_errors=True)
            self._aside.mkdir()
            self._target = Target(self._aside / DATA)
            self._file = h5py.File(self._target, "w")
            self._file.attrs["calls"] = calls
        self._names: list[str] = []
        self._program_lengths: list[int] = []
        self._state_lengths: list[tuple[int, int]] = []
        self._counts = [0] * len(SPLITS)

    def append(self, rows: ProgramColumns, frames: Iterable[Frames]) -> None:
        """Takes programs in; `frames` holds for each the replayed states of its D demonstrations."""
        with disk_errors(self._aside):
            for p, states in enumerate(frames):
                self._write(rows[p : p + 1], states)
                self._target.check()

    def _write(self, row: ProgramColumns, frames: Frames) -> None:
        lengths, tokens = row.demo_lengths[0].astype(np.int16), row.tokens[0, : row.lengths[0]]
        most = int(lengths.max())
        name = f"no_{len(self._names)}_prog_len_{len(tokens)}_max_s_h_len_{most + 1}"
        states = encode(Frames(frames.cells[:, : most + 1], frames.agents[:, : most + 1]), lengths)
        group = self._file.create_group(name)
        group["program"], group["s_h_len"], group["a_h_len"] = tokens.astype(np.int8), lengths + np.int16(1), lengths
        group["a_h"] = np.maximum(row.actions[0, :, :most], np.int8(0))
        group.create_dataset("s_h", data=states, chunks=(1, *states.shape[1:]), compression="gzip", compression_opts=1)
        group.attrs["split"] = SPLITS[int(row.split[0])]
        self._names.append(name)
        self._program_lengths.append(len(tokens))
        self._state_lengths.append((int(lengths.min()) + 1, most + 1))
        self._counts[int(row.split[0])] += 1

    def close(self, demonstrations: int) -> int:
        """Puts the folder in its place; how many programs there are."""
        shortest, longest = zip(*self._state_lengths, strict=True)
        info = {
            "max_demo_length": max(longest),
            "min_demo_length": min(shortest),
            "dsl_type": "prob",
            "max_program_length": max(self._program_lengths),
            "min_program_length": min(self._program_lengths),
            "num_program_tokens": PAD,
            "num_demo_per_program": demonstrations,
            "num_action_tokens": len(ACTIONS),
            **dict(zip(("num_train", "num_val", "num_test"), self._counts, strict=True)),
        }
        with disk_errors(self._aside):
            for name, value in info.items():
                self._file[f"{INFO}/{name}"] = value
            self._file.close()
            self._target.close()
            (self._aside / IDS).write_text("".join(f"{name}\n" for name in self._names), encoding="utf-8")
            self._aside.rename(self.folder)
        return len(self._names)

    def discard(self) -> None:
        """Leaves nothing behind; after `close` it does nothing."""
        for part in (self._file, self._target):
            with suppress(Exception):
                part.close()
        shutil.rmtree(self._aside, ignore_errors=True)


def columns(found: list[PublishedProgram], layout: Layout) -> ProgramColumns:
    """Programs as they are kept here: the first state and the actions of each demonstration."""
    tokens = np.full((len(found), MAX_TOKENS), PAD, np.uint8)
    actions = np.full((len(found), layout.demonstrations, layout.max_actions), -1, np.int8)
    for p, each in enumerate(found):
        tokens[p, : len(each.tokens)] = each.tokens
        width = each.actions.shape[1]
        actions[p, :, :width] = np.where(np.arange(width) < each.lengths[:, None], each.actions, -1)
    return ProgramColumns(
        tokens=tokens,
        lengths=np.array([len(each.tokens) for each in found], np.uint8),
        split=np.array([each.split or 0 for each in found], np.uint8),
        cells=np.stack([each.cells[:, 0] for each in found]),
        agents=np.stack([each.agents[:, 0] for each in found]),
        actions=actions,
        demo_lengths=np.stack([each.lengths for each in found]).astype(np.uint8),
    )
