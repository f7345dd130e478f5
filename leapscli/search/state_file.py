"""A search on disk: one .npz file, replaced whole, that holds its progress, its history and what it has scored."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.errors import ArtifactError
from leapscli.search.loop import Progress, Search
from leapscli.search.memory import COLUMNS, Known
from leapscli.search.record import dump, restore

# More remembered programs than this are left out; taken up again, the search executes them once more.
REMEMBERED = 500_000

DAMAGE = (zlib.error, zipfile.BadZipFile, EOFError)  # of an archive
LARGEST = 1 << 30  # bytes of a file's arrays, unpacked

History = list[tuple[float, ...]]


def save(path: Path, search: Search, progress: Progress, history: Sequence[tuple[float, ...]]) -> None:
    """Writes everything that continuing takes, beside `path` first."""
    values, arrays = dump(progress)
    kept: dict[str, NDArray[Any]] = {f"progress.{name}": array for name, array in arrays.items()}
    if len(search.objective.memory) <= REMEMBERED:
        hashes, known = search.objective.memory.entries()
        kept |= {"memory.hashes": hashes} | {f"memory.{name}": getattr(known, name) for name in COLUMNS}
    kept["history"] = np.array(history, np.float64)
    kept["values"] = np.frombuffer(json.dumps(values).encode(), np.uint8)
    aside = path.with_suffix(".tmp")
    with aside.open("wb") as file:
        np.savez_compressed(file, **kept)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def load(path: Path, search: Search) -> tuple[Progress, History]:
    """Progress and history; the search's memory is filled. Raises ArtifactError when the file is of another search."""
    try:
        kept = _arrays(path)
        values = json.loads(kept["values"].tobytes())
        arrays = {name.removeprefix("progress."): array for name, array in kept.items()}
        values.setdefault("episodes", None)  # older versions did not count them
        progress = restore(search.begin(0), values, arrays)
        search.check(progress)
        remembered = _remembered(kept)
        history = [tuple(row) for row in kept["history"].astype(np.float64).tolist()]
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        OverflowError,
        zlib.error,
        zipfile.BadZipFile,
    ) as error:
        raise ArtifactError(f"{path}: cannot be resumed: {str(error)[:80]}", "start again, without --resume") from None
    if remembered:
        search.objective.memory.put(*remembered)
    return progress, history


def best_programs(path: Path) -> tuple[TokenBatch, NDArray[np.float64], NDArray[np.float64]]:
    """The best programs of a saved search, the best first: their tokens, their returns on the searched states, and on
    the validation states, -inf where that is not known. Raises ArtifactError for a damaged file.
    """
    try:
        kept, at = _arrays(path), "progress.podium."
        tokens = TokenBatch(kept[f"{at}tokens.ids"].astype(np.uint8), kept[f"{at}tokens.lengths"].astype(np.int32))
        returns, validated = (kept[at + name].astype(np.float64) for name in ("returns", "validated"))
        if not (len(tokens) == len(tokens.lengths) == len(returns) == len(validated)) or not tokens.valid().all():
            raise ValueError("its best programs are none")
    except (OSError, ValueError, KeyError, TypeError, IndexError, *DAMAGE) as error:
        raise ArtifactError(f"{path}: cannot be read: {str(error)[:80]}") from None
    return tokens, returns, validated


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of the file. Raises ValueError where they would not fit into LARGEST bytes."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise ValueError(f"it would take more than {LARGEST:,} bytes")
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def _remembered(kept: dict[str, NDArray[Any]]) -> tuple[NDArray[np.uint64], Known] | None:
    """The programs that the search had scored, if they were kept. Raises ValueError for other types or lengths."""
    if "memory.hashes" not in kept:
        return None
    hashes, known = kept["memory.hashes"], Known(*(kept[f"memory.{name}"] for name in COLUMNS))
    wanted = (np.float64, np.float64, np.uint64)
    columns = [getattr(known, name) for name in COLUMNS]
    if hashes.dtype != np.uint64 or hashes.ndim != 1:
        raise ValueError("its hashes are not uint64[P]")
    if any(column.dtype != kind or column.shape != hashes.shape for column, kind in zip(columns, wanted, strict=True)):
        raise ValueError("what it remembers is not of one length")
    return hashes, known
