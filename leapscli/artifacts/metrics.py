"""The log of a training: metrics.jsonl, a line for each validation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from leapscli.errors import ArtifactError

Record = dict[str, Any]


def read_metrics(path: Path) -> list[Record]:
    """The validations, the oldest first, at least one; a last line that a kill has cut is left out.

    Raises ArtifactError with file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path}: cannot be read ({error})") from None
    records = [_record(path, number, line) for number, line in enumerate(lines, 1)]
    if not records:
        raise ArtifactError(f"{path}: holds no validation")
    return records


def _record(path: Path, number: int, line: str) -> Record:
    try:
        record = json.loads(line)
        fits = isinstance(record["step"], int) and isinstance(record["validation"], dict)
        fits &= isinstance(record.get("seconds", 0), int | float) and isinstance(record.get("train", {}), dict)
    except (ValueError, KeyError, TypeError, RecursionError):
        fits = False
    if not fits:
        raise ArtifactError(f"{path}:{number}: not a validation")
    return dict(record)
