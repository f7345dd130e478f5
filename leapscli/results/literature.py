"""Published results on the tasks, from literature.yaml and published_courses.csv beside this file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leapscli.yaml12 import load

FILE = Path(__file__).with_suffix(".yaml")
COURSES = FILE.with_name("published_courses.csv")


@dataclass(frozen=True)
class PublishedReturns:
    """Mean returns of a method by task, and over how far they spread where that was printed; `source` says where."""

    method: str
    source: str
    means: Mapping[str, float]
    deviations: Mapping[str, float] = field(default_factory=dict)


def published(table: str) -> list[PublishedReturns]:
    """The methods of `returns` (at the tasks' own sizes), `crashable` (likewise) or `larger` (on 100×100)."""
    return [PublishedReturns(**entry) for entry in load(FILE.read_text(encoding="utf-8"))[table]]


@dataclass(frozen=True)
class PublishedCourse:
    """The mean best return of a method on a task after so many programs, over `seeds` searches on 16 states each.

    From the logs published with InnateCoder (IJCAI 2025, arXiv 2505.12508), of the code of "Reclaiming the Source of
    Programmatic Policies" (ICLR 2024, arXiv 2410.12166).
    """

    method: str
    seeds: int
    evaluations: tuple[int, ...]
    means: tuple[float, ...]


def published_courses(task: str) -> list[PublishedCourse]:
    """The courses of hill climbing (HC) and of cross-entropy beam search (CEBS) on a task; none for other tasks."""
    with COURSES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["task"] == task]
    courses = []
    for method in dict.fromkeys(row["method"] for row in rows):
        own = [row for row in rows if row["method"] == method]
        programs, means = (int(row["evaluations"]) for row in own), (float(row["mean"]) for row in own)
        courses.append(PublishedCourse(method, int(own[0]["seeds"]), tuple(programs), tuple(means)))
    return courses
