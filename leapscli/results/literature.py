"""Published results on the tasks, from literature.yaml beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leapscli.yaml12 import load

FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class PublishedReturns:
    """Mean returns of a method by task, and over how far they spread where that was printed; `source` says where."""

    method: str
    source: str
    means: Mapping[str, float]
    deviations: Mapping[str, float] = field(default_factory=dict)


def published(table: str) -> list[PublishedReturns]:
    """The methods of `returns` (at the tasks' own sizes) or `larger` (on 100×100)."""
    return [PublishedReturns(**entry) for entry in load(FILE.read_text(encoding="utf-8"))[table]]
