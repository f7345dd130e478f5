"""The history of a run or a policy: history.csv, a row for each iteration or validation."""

from __future__ import annotations

import csv
from pathlib import Path

from leapscli.errors import ArtifactError

Row = dict[str, float | int | None]


def read_history(path: Path) -> list[Row]:
    """The rows by the names of their columns; None for what is not known. Raises ArtifactError naming the line."""
    rows: list[Row] = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                rows.append({str(name): _number(text) for name, text in row.items()})
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ArtifactError(f"{path}: cannot be read ({str(error)[:80]})") from None
    except (ValueError, TypeError, AttributeError):
        raise ArtifactError(f"{path}:{len(rows) + 2}: not a row of numbers") from None
    return rows


def _number(text: str) -> float | int | None:
    """A value: whole numbers as such."""
    if not text:
        return None
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 20 else float(text)
