"""A search on disk: one .npz file, replaced whole, that holds its progress, its history and what it has scored."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.errors import ArtifactError
from leapscli.search.loop import Progress, Search
from leapscli.search.memory import COLUMNS, Known
from leapscli.search.record import dump, restore

# More remembered programs than this are left out; taken up again, the search executes them once more.
REMEMBERED = 500_000

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
        with np.load(path, allow_pickle=False) as file:
            kept = dict(file)
        values = json.loads(kept["values"].tobytes())
        arrays = {name.removeprefix("progress."): array for name, array in kept.items()}
        progress = restore(search.begin(0), values, arrays)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path}: cannot be resumed: {error}", "start again, without --resume") from None
    if "memory.hashes" in kept:
        search.objective.memory.put(kept["memory.hashes"], Known(*(kept[f"memory.{name}"] for name in COLUMNS)))
    return progress, [tuple(row) for row in kept["history"].tolist()]
