"""Courses of searches: the best return so far, against programs executed or seconds. Needs matplotlib."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from leapscli.errors import InputError
from leapscli.report.plots import DPI, own_style

History = Sequence[Mapping[str, Any]]  # rows of history.csv
LABELS = {"evaluations": "programs executed", "seconds": "seconds"}
COLOURS = ("#1466b8", "#d9600f", "#228833", "#aa3377", "#66ccee", "#9aa4b2", "#d62839")
COLUMNS = 3  # panels side by side
POINTS = 200


class Chart(Figure):
    """A figure that notebooks show, without pyplot."""

    def _repr_png_(self) -> bytes:
        return self.content("png", DPI // 2)

    def content(self, format: str, dpi: int = DPI) -> bytes:
        """The file of this format: png, svg or pdf."""
        buffer = io.BytesIO()
        with own_style():
            self.savefig(buffer, format=format, dpi=dpi)
        return buffer.getvalue()


@own_style()
def plot_searches(searches: Iterable[tuple[str, str, History]], against: str = "evaluations") -> Chart:
    """Searches, as (task, method, history) → a panel for each task: their mean, and one standard deviation, by method.

    A search that has ended keeps its best return. Raises InputError for an axis that histories don't have.
    """
    if against not in LABELS:
        raise InputError(f"against: expected {' or '.join(LABELS)}, not {against!r}")
    groups: dict[str, dict[str, list[History]]] = {}
    for task, method, history in searches:
        groups.setdefault(task, {}).setdefault(method, []).append(history)
    columns = max(1, min(COLUMNS, len(groups)))
    rows = max(1, -(-len(groups) // columns))
    figure = Chart(figsize=(4.2 * columns, 3.2 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).flat
    methods = list(dict.fromkeys(method for each in groups.values() for method in each))
    for axes, (task, by_method) in zip(panels, groups.items(), strict=False):
        ends = [history[-1][against] for histories in by_method.values() for history in histories if history]
        for method, histories in by_method.items():
            colour = COLOURS[methods.index(method) % len(COLOURS)]
            _curve(axes, [each for each in histories if each], against, max(ends, default=1), method, colour)
        axes.set_title(task, loc="left", fontsize=10)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(LABELS[against], fontsize=9)
        axes.set_ylabel("best return so far", fontsize=9)
        axes.grid(alpha=0.3, linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    for axes in list(panels):
        axes.set_axis_off()
    return figure


def _curve(axes: Axes, histories: Sequence[History], against: str, end: float, label: str, colour: str) -> None:
    """The mean of what is known of all `histories`, up to `end`."""
    if not histories:
        return
    courses = [
        (np.array([row[against] for row in rows], float), np.array([_known(row["best"]) for row in rows], float))
        for rows in histories
    ]
    first = max(min(x[0] for x, _ in courses), 1e-3)
    grid = np.geomspace(first, max(end, first * 1.01), POINTS)
    values = np.full((len(courses), POINTS), np.nan)
    for i, (x, y) in enumerate(courses):
        at = np.searchsorted(x, grid * (1 + 1e-9), side="right") - 1
        values[i, at >= 0] = y[at[at >= 0]]
    known = ~np.isnan(values).any(axis=0)
    mean, deviation = values[:, known].mean(0), values[:, known].std(0)
    axes.plot(grid[known], mean, color=colour, label=f"{label} ({len(courses)})", linewidth=1.6)
    axes.fill_between(grid[known], mean - deviation, mean + deviation, color=colour, alpha=0.15, linewidth=0)


def _known(value: float | None) -> float:
    return float("nan") if value is None else value
