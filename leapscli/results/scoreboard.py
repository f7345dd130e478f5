"""The state of a sweep: for each task and method, what is done, how good it is, and what it cost."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from leapscli.artifacts.artifact import Artifact
from leapscli.results.intervals import interval, iqm
from leapscli.tasks.returns import reaches, told


class Search(Protocol):
    """One search of a sweep, as tables and records know it."""

    @property
    def name(self) -> str:
        """Of its run."""

    @property
    def title(self) -> str:
        """Of its task."""

    @property
    def method(self) -> str:
        """The method of the search."""

    @property
    def seed(self) -> int:
        """Of its random numbers."""

    @property
    def best(self) -> float:
        """The most that its task pays."""


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation over seeds: that of a sample (n - 1), None for a single one."""

    mean: float
    deviation: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """None where there are no values."""
        if not values:
            return None
        return cls(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None)

    def record(self) -> dict[str, float | None]:
        """Both, as plain values for JSON."""
        deviation = None if self.deviation is None else told(self.deviation)
        return {"mean": told(self.mean), "standard_deviation": deviation}


@dataclass
class Cell:
    """The searches of one task by one method: `runs` published, `failed` ones, `walls` seconds that each took here."""

    task: str
    method: str
    best: float = 1.0  # the most that the task pays
    total: int = 0
    failed: int = 0
    runs: list[Artifact] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    running: dict[str, float] = field(default_factory=dict)  # when each began

    @property
    def left(self) -> int:
        """Searches that are not over."""
        return self.total - self.failed - len(self.runs)

    def values(self, metric: str) -> list[float]:
        """A metric of the manifests of all runs that have it."""
        values = (run.manifest.metrics.get(metric) for run in self.runs)
        return [float(value) for value in values if value is not None]

    def spread(self, metric: str) -> Spread | None:
        """Of a metric of the manifests, over the runs there are."""
        return Spread.of(self.values(metric))

    @property
    def reached(self) -> int | None:
        """Searches that ended at their target; None where they had none."""
        with_target = [run.manifest for run in self.runs if run.manifest.recipe.get("target") is not None]
        if self.runs and not with_target:
            return None
        return sum(bool(manifest.metrics.get("stop_reason") == "target") for manifest in with_target)

    @property
    def found(self) -> Spread | None:
        """Of the returns on held-out states, or where there are none on those searched."""
        return self.spread("return_held_out") or self.spread("return_searched")

    @property
    def solved(self) -> bool:
        """True if all runs there have the best return that the task pays."""
        return self.found is not None and bool(reaches(self.found.mean, self.best))

    def record(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        values: dict[str, Any] = {"task": self.task, "method": self.method, "runs": len(self.runs)}
        for metric in ("return_held_out", "return_validation", "seconds", "evaluations", "episodes"):
            spread = self.spread(metric)
            values[metric] = spread and spread.record()
        returns = self.values("return_held_out")
        values |= {"reached": self.reached, "iqm": told(float(iqm(returns))) if returns else None}
        around = interval(returns, iqm)
        values["iqm_interval"] = around and [told(end) for end in around]
        return values


class Scoreboard:
    """The cells of a sweep by (task, method), and when it will be over."""

    def __init__(self, searches: Sequence[Search], clock: Callable[[], float] = time.monotonic) -> None:
        self.cells: dict[tuple[str, str], Cell] = {}
        self.parallel, self.clock = 1, clock  # searches side by side
        for search in searches:
            self.cells.setdefault(
                (search.title, search.method), Cell(search.title, search.method, search.best)
            ).total += 1
        self.tasks = list(dict.fromkeys(task for task, _ in self.cells))
        self.methods = list(dict.fromkeys(method for _, method in self.cells))

    def cell(self, search: Search) -> Cell:
        """The cell that a search belongs to."""
        return self.cells[search.title, search.method]

    def begin(self, search: Search) -> None:
        """A worker has taken it."""
        self.cell(search).running[search.name] = self.clock()

    def end(self, search: Search) -> None:
        """The worker is done with it."""
        cell = self.cell(search)
        cell.walls.append(self.clock() - cell.running.pop(search.name))

    @property
    def rows(self) -> list[Cell]:
        """The cells, task by task."""
        return [self.cells[task, method] for task in self.tasks for method in self.methods]

    @property
    def done(self) -> int:
        """Searches that are over."""
        return sum(cell.total - cell.left for cell in self.cells.values())

    def remaining(self) -> float | None:
        """Seconds until the end, if what is left takes as long as what was done; None where nothing was done yet."""
        everything = [wall for cell in self.cells.values() for wall in cell.walls]
        if not everything:
            return None
        now, seconds = self.clock(), 0.0
        for cell in self.cells.values():
            likely = statistics.fmean(cell.walls or everything)
            spent = sum(min(now - began, likely) for began in cell.running.values())
            seconds += cell.left * likely - spent
        return seconds / self.parallel
