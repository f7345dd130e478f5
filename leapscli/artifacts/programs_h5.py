"""Datasets of programs as columnar HDF5: the one writer, and the reader that checks before it reads.

    /tokens         uint8[P, L]             /demos/cells    uint8[P, D, H, W]
    /lengths        uint8[P]                /demos/agents   uint8[P, D, 3]
    /split          uint8[P]                /demos/actions  int8[P, D, T]
                                            /demos/lengths  uint8[P, D]

Chunks hold 256 programs, deflated at level 1. Every value is one byte wide, so HDF5's shuffle filter would do nothing
and is left out. The file holds no times and is assembled in one pass, so equal programs give equal bytes.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from leapscli.artifacts.arrays_hash import block_digests, combine
from leapscli.artifacts.columns import (
    CHUNK,
    COLUMNS,
    SPLITS,
    Array,
    Bytes,
    Layout,
    ProgramColumns,
    out_of_range,
    spec,
)
from leapscli.artifacts.files import disk_errors, unfinished
from leapscli.artifacts.hdf5 import new_hdf5, open_hdf5, take
from leapscli.artifacts.journal import LEVEL, Journal, compress
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import VOCABULARY_HASH
from leapscli.errors import ArtifactError

SCHEMA = 1
KIND = "programs"
PLACES = {
    "tokens": "tokens",
    "lengths": "lengths",
    "split": "split",
    "cells": "demos/cells",
    "agents": "demos/agents",
    "actions": "demos/actions",
    "demo_lengths": "demos/lengths",
}
IN_USE, WAIT = "in use: another process has it open for writing", "wait until it has ended, or stop it"
_REMAKE = "`leaps artifacts verify` tells more; `leaps gen-data` makes another"


class ProgramsWriter:
    """Appends programs in bounded memory; `close` makes the file. A kill before that loses little: see `resume`."""

    def __init__(self, path: Path, layout: Layout, *, resume: bool = False, threads: int = 2) -> None:
        self.path, self.layout, self.arrays = path, layout, ""
        self._journal = Journal(path.with_suffix(".parts"), layout, resume=resume, threads=threads)

    def __len__(self) -> int:
        """Programs appended so far, those taken up by `resume` among them."""
        return len(self._journal)

    @property
    def mark(self) -> dict[str, Any]:
        """The mark of the last `append`; after resuming, of the last that survived. Empty at the start."""
        return self._journal.mark

    def tokens(self) -> Iterator[tuple[Bytes, Bytes]]:
        """Token ids uint8[P, L] and lengths uint8[P] of every program so far, some thousands at a time."""
        return self._journal.tokens()

    def append(self, columns: ProgramColumns, mark: Mapping[str, Any] | None = None) -> None:
        """Takes programs in. `mark` (JSON values) is the state of their source after them; `resume` gives it back."""
        self._journal.append(columns, mark or {})

    def flush(self) -> None:
        """Sync to disk: what was appended so far survives a kill. Done automatically every 8,192 programs."""
        self._journal.flush()

    def close(self, split: Bytes | None = None, statistics: Mapping[str, Any] | None = None) -> None:
        """Writes the file, and sets `arrays`, the hash of its columns.

        `split` uint8[P] replaces what was appended, for splits known only at the end; `statistics` (JSON values) become
        an attribute.
        """
        if not len(self):
            raise ArtifactError(f"{self.path}: no program to write", "loosen the recipe")
        temporary, self.arrays = unfinished(self.path), self._journal.arrays_hash(split)
        with disk_errors(temporary):
            with new_hdf5(temporary, libver=("v110", "v110")) as file:
                self._assemble(file, split)
                file.attrs.update({"schema": SCHEMA, "kind": KIND, "vocabulary": VOCABULARY_HASH})
                file.attrs["statistics"] = json.dumps(statistics or {})
                file.attrs["complete"] = len(self)
            temporary.replace(self.path)
            self._journal.remove()

    def _assemble(self, file: h5py.File, split: Bytes | None) -> None:
        """Creates the columns and moves the compressed chunks in; the last one is filled up with zeros."""
        rows = min(CHUNK, len(self))
        columns = {name: _create(file, name, len(self), rows, self.layout) for name in COLUMNS}
        names = tuple(name for name in COLUMNS if name != "split" or split is None)
        row = 0
        for part in self._journal.stored(names):
            for group in zip(*part.values(), strict=True):  # in an order that doesn't depend on the parts
                for name, chunk in zip(names, group, strict=True):
                    _store(columns[name], row, chunk)
                row += CHUNK
        for name in names if row < len(self) else ():
            _store(columns[name], row, compress(_fill(getattr(self._journal.rest, name), rows)))
        if split is not None:
            columns["split"][...] = np.asarray(split, np.uint8)


def _create(file: h5py.File, name: str, programs: int, rows: int, layout: Layout) -> h5py.Dataset:
    shape, dtype = spec(layout)[name]
    return file.create_dataset(
        PLACES[name], (programs, *shape), dtype, chunks=(rows, *shape), compression="gzip", compression_opts=LEVEL
    )


def _store(column: h5py.Dataset, row: int, chunk: bytes) -> None:
    column.id.write_direct_chunk((row, *(0 for _ in column.shape[1:])), chunk)


def _fill(rows: Array, count: int) -> Array:
    """The rows, and zeros up to `count`: HDF5 stores whole chunks only."""
    return np.concatenate([rows, np.zeros((count - len(rows), *rows.shape[1:]), rows.dtype)])


class ProgramsReader:
    """Reads a dataset; what it cannot read it refuses when it is made, in one line.

    Index arrays are served from memory: columns that together fit into `cache` bytes (the paper's do) are kept whole,
    of larger ones the chunks used last. There, an order that shuffles chunks, and programs within a few chunks, is
    read many times as fast as one that shuffles all. A pickled reader opens the file again where it arrives.
    """

    def __init__(self, path: Path, *, cache: int = 256 << 20) -> None:
        self.path, self.cache = Path(path), cache
        self._file = _open(self.path)
        self._kept: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._held = 0
        try:
            self.layout = _check(self.path, self._file)
            self._columns: dict[str, h5py.Dataset] = {name: self._file[place] for name, place in PLACES.items()}
        except (KeyError, RuntimeError, OSError) as error:  # of HDF5's own objects, where their bytes are damaged
            raise ArtifactError(f"{self.path}: damaged: {str(error)[:80]}", _REMAKE) from None
        self._small = sum(column.nbytes for column in self._columns.values()) <= cache

    def __reduce__(self) -> tuple[Any, ...]:
        return ProgramsReader, (self.path,)

    def __len__(self) -> int:
        return int(self._columns["tokens"].shape[0])

    def split(self, name: str) -> Any:
        """Indices int64[n] of the programs of the split "train", "validation" or "test", ascending."""
        return np.flatnonzero(self._get("split", slice(None)) == SPLITS.index(name))

    def read(self, index: slice | Array = slice(None)) -> ProgramColumns:
        """The programs at a slice or an index array, in that order."""
        return ProgramColumns(**{name: self.column(name, index) for name in COLUMNS})

    def programs(self, index: slice | Array = slice(None)) -> TokenBatch:
        """The programs alone at a slice or an index array."""
        return TokenBatch(self.column("tokens", index), self.column("lengths", index).astype(np.int32))

    def column(self, name: str, index: slice | Array = slice(None)) -> Any:
        """One column (a name of ProgramColumns) at a slice or an index array."""
        if isinstance(index, slice):
            return self._get(name, index)
        index = np.asarray(index)
        column = self._columns[name]
        if self._small:
            return self._chunk(name, 0, len(self))[index]
        out = np.empty((len(index), *column.shape[1:]), column.dtype)
        chunks, rows = np.divmod(index, column.chunks[0])
        for chunk in np.unique(chunks):
            here = np.flatnonzero(chunks == chunk)
            out[here] = self._chunk(name, int(chunk), column.chunks[0])[rows[here]]
        return out

    def arrays_hash(self) -> str:
        """The hash of the columns; reads all of them, a few thousand programs at a time."""
        digests: dict[str, list[bytes]] = {name: [] for name in COLUMNS}
        for first in range(0, len(self), 32 * CHUNK):
            for name in COLUMNS:
                digests[name] += block_digests(self._stored(name, slice(first, first + 32 * CHUNK)))
        return combine(len(self), self.layout, digests)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _chunk(self, name: str, number: int, rows: int) -> Any:
        """Rows `number`·`rows` and on, from the cache if they are there."""
        key = (name, number)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        chunk = self._kept[key] = self._get(name, slice(number * rows, (number + 1) * rows))
        self._held += chunk.nbytes
        while self._held > self.cache and len(self._kept) > 1:
            self._held -= self._kept.popitem(last=False)[1].nbytes
        return chunk

    def _get(self, name: str, index: slice) -> Any:
        """Rows of a column, its values checked: compiled code relies on them."""
        rows = self._stored(name, index)
        if problem := out_of_range(name, rows, self.layout):
            raise ArtifactError(f"{self.path}: damaged: {PLACES[name]}: {problem}", _REMAKE)
        return rows

    def _stored(self, name: str, index: slice) -> Any:
        try:
            return self._columns[name][index]
        except OSError as error:
            raise ArtifactError(f"{self.path}: damaged: {PLACES[name]} cannot be read ({error})", _REMAKE) from None


def _open(path: Path) -> h5py.File:
    try:
        return open_hdf5(path)
    except FileNotFoundError:
        raise ArtifactError(f"{path}: no such file", "`leaps artifacts list` shows what there is") from None
    except BlockingIOError:
        raise ArtifactError(f"{path}: {IN_USE}", WAIT) from None
    except OSError as error:
        raise ArtifactError(f"{path}: not a readable HDF5 file ({error})", _REMAKE) from None


def _check(path: Path, file: h5py.File) -> Layout:
    """The layout, once schema, vocabulary, completeness and every column's shape and dtype are as they must be."""
    attrs = {name: value for name, value in file.attrs.items() if np.ndim(value) == 0}
    if attrs.get("kind") != KIND:
        raise ArtifactError(f"{path}: not a leaps dataset", "`leaps data import` reads the published layout")
    if attrs.get("schema") != SCHEMA:
        newer = isinstance(attrs.get("schema"), np.integer) and attrs["schema"] > SCHEMA
        hint = "upgrade leaps" if newer else "make it again with `leaps gen-data`"
        raise ArtifactError(f"{path}: dataset of schema {attrs.get('schema')!s:.40}, this leaps reads {SCHEMA}", hint)
    if attrs.get("vocabulary") != VOCABULARY_HASH:
        message = f"{path}: dataset for vocabulary {attrs.get('vocabulary')!s:.40}, this leaps has {VOCABULARY_HASH}"
        raise ArtifactError(message, "make it again with `leaps gen-data`")
    try:
        missing = [place for place in PLACES.values() if take(file, place) is None]
    except ValueError as error:
        raise ArtifactError(f"{path}: refused: {error}", _REMAKE) from None
    if missing or "complete" not in attrs:
        raise ArtifactError(f"{path}: incomplete: no {', '.join(missing) or 'mark of completeness'}", _REMAKE)
    try:
        (programs, d, h, w), t = file["demos/cells"].shape, file["demos/actions"].shape[2]
        layout = Layout(d, t, h, w, file["tokens"].shape[1])
    except (ValueError, IndexError):
        raise ArtifactError(f"{path}: its columns have the wrong number of axes", _REMAKE) from None
    for name, (shape, dtype) in spec(layout).items():
        column = file[PLACES[name]]
        if column.shape != (attrs["complete"], *shape) or column.dtype != dtype or programs != attrs["complete"]:
            wanted, found = f"{dtype}[{attrs['complete']!s:.20}, {shape}]", f"{column.dtype}{list(column.shape)}"
            raise ArtifactError(f"{path}: {PLACES[name]} is {found}, needs to be {wanted}", _REMAKE)
    return layout
