"""Programs on their way into a file: kept in parts on the disk, so that a killed process can go on where it was.

HDF5 cannot be trusted after its writer was killed, so nothing is HDF5 until everything is there. What is appended is
compressed, chunk by chunk, into the very bytes the file will hold, and every few thousand programs a part is renamed
into place. A part holds its chunks and their digests, the rows that don't fill a chunk yet, and the caller's mark
(where its random stream stands), so that another process can go on, and the file comes out byte for byte the same.
"""

from __future__ import annotations

import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from leapscli.artifacts.arrays_hash import block_digest, block_digests, combine
from leapscli.artifacts.columns import CHUNK, COLUMNS, Array, Bytes, Layout, ProgramColumns
from leapscli.artifacts.files import disk_errors

PART = 32  # chunks: a part each 8,192 programs, 2 MB
LEVEL = 1  # of zlib: higher ones cost far more than they save here

Chunks = dict[str, list[bytes]]


class Journal:
    """Appends programs to parts in `folder`; `resume` keeps the parts that are there."""

    def __init__(self, folder: Path, layout: Layout, *, resume: bool, threads: int) -> None:
        self.folder, self.layout, self.pool = folder, layout, ThreadPoolExecutor(threads)
        self.parts, self.chunks, self.mark = 0, 0, dict[str, Any]()
        self.pending: Chunks = {name: [] for name in COLUMNS}
        self.digests: Chunks = {name: [] for name in COLUMNS}  # of every chunk so far
        self.rest = ProgramColumns.empty(layout)
        with disk_errors(folder):
            if not resume:
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
        self._take_up()

    def __len__(self) -> int:
        return self.chunks * CHUNK + len(self.rest)

    def append(self, columns: ProgramColumns, mark: Mapping[str, Any]) -> None:
        """Takes programs in; `mark` (JSON values) describes the state of their source after them."""
        columns.check(self.layout)
        rows = ProgramColumns.concat([self.rest, columns])
        whole = len(rows) // CHUNK
        slices = [slice(i * CHUNK, (i + 1) * CHUNK) for i in range(whole)]
        for name, column in rows.items():
            blocks = [column[each] for each in slices]
            self.pending[name] += self.pool.map(compress, blocks)
            self.digests[name] += self.pool.map(block_digest, blocks)
        self.rest, self.mark, self.chunks = rows[whole * CHUNK :], dict(mark), self.chunks + whole
        if len(self.pending["tokens"]) >= PART:
            self.flush()

    def flush(self) -> None:
        """Sync to disk: what was appended so far survives a kill."""
        arrays: dict[str, Array] = {"head": _text({"layout": asdict(self.layout), "mark": self.mark})}
        for name, column in self.rest.items():
            arrays[f"rest.{name}"] = column
            arrays[f"sizes.{name}"] = np.array([len(chunk) for chunk in self.pending[name]], np.int64)
            arrays[f"chunks.{name}"] = np.frombuffer(b"".join(self.pending[name]), np.uint8)
            new = self.digests[name][self.chunks - len(self.pending[name]) :]
            arrays[f"digests.{name}"] = np.frombuffer(b"".join(new), np.uint8)
        path = self._path(self.parts)
        with disk_errors(path):
            temporary = path.with_suffix(".tmp")
            with temporary.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            temporary.rename(path)
        self.parts += 1
        self.pending = {name: [] for name in COLUMNS}

    def stored(self, names: tuple[str, ...] = COLUMNS) -> Iterator[Chunks]:
        """The compressed chunks of every part in order, one part in memory at a time; then those not yet in a part."""
        for i in range(self.parts):
            with np.load(self._path(i), allow_pickle=False) as part:
                yield {name: _cut(part[f"chunks.{name}"], part[f"sizes.{name}"]) for name in names}
        yield {name: self.pending[name] for name in names}

    def tokens(self) -> Iterator[tuple[Bytes, Bytes]]:
        """Token ids [P, L] and lengths [P] of every program so far, one part in memory at a time."""
        for part in self.stored(("tokens", "lengths")):
            found = {name: [zlib.decompress(chunk) for chunk in chunks] for name, chunks in part.items()}
            tokens = np.frombuffer(b"".join(found["tokens"]), np.uint8).reshape(-1, self.layout.max_tokens)
            yield tokens, np.frombuffer(b"".join(found["lengths"]), np.uint8)
        yield self.rest.tokens, self.rest.lengths

    def arrays_hash(self, split: Bytes | None = None) -> str:
        """The hash of all columns so far; with `split` uint8[P] in the place of that column."""
        digests = {name: [*self.digests[name], *block_digests(column)] for name, column in self.rest.items()}
        if split is not None:
            digests["split"] = block_digests(np.asarray(split, np.uint8))
        return combine(len(self), self.layout, digests)

    def remove(self) -> None:
        """The parts have served. Last ones first: what a kill leaves is still a journal, only shorter."""
        self.pool.shutdown()
        for i in reversed(range(self.parts)):
            self._path(i).unlink()
        shutil.rmtree(self.folder)

    def _path(self, part: int) -> Path:
        return self.folder / f"part-{part:06d}.npz"

    def _take_up(self) -> None:
        """Counts the whole parts there are and goes on behind them; what cannot be read is made again."""
        while (head := _head(self._path(self.parts), self.layout)) is not None:
            digests, self.rest, self.mark = head
            for name in COLUMNS:
                self.digests[name] += digests[name]
            self.parts, self.chunks = self.parts + 1, len(self.digests["tokens"])
        for path in self.folder.iterdir():
            if path.suffix != ".npz" or path.stem >= self._path(self.parts).stem:
                path.unlink()


def compress(rows: Any) -> bytes:
    """One chunk as HDF5's deflate filter would store it."""
    return zlib.compress(np.ascontiguousarray(rows).data, LEVEL)


def _text(value: Any) -> Bytes:
    return np.frombuffer(json.dumps(value, sort_keys=True).encode(), np.uint8)


def _cut(data: Bytes, sizes: Any) -> list[bytes]:
    """The concatenated chunks, apart."""
    ends = np.cumsum(sizes)
    return [data[end - size : end].tobytes() for end, size in zip(ends, sizes, strict=True)]


def _head(path: Path, layout: Layout) -> tuple[Chunks, ProgramColumns, dict[str, Any]] | None:
    """The chunks' digests, left-over rows and mark of a part; None when it is missing, damaged or of another layout."""
    try:
        with zipfile.ZipFile(path) as file:
            if file.testzip() is not None:
                return None
        with np.load(path, allow_pickle=False) as part:
            head = json.loads(part["head"].tobytes())
            rest = ProgramColumns(**{name: part[f"rest.{name}"] for name in COLUMNS})
            digests = {name: _cut(part[f"digests.{name}"], [32] * len(part[f"sizes.{name}"])) for name in COLUMNS}
            return (digests, rest, head["mark"]) if head["layout"] == asdict(layout) else None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        return None
