"""Courses of searches: the best return so far, against programs executed or seconds. Needs matplotlib."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from leapscli.errors import InputError
from leapscli.report.plots import DPI, own_style
from leapscli.results.courses import AXES, History, last, mean_course

COLOURS = ("#1466b8", "#d9600f", "#228833", "#aa3377", "#66ccee", "#9aa4b2", "#d62839")
COLUMNS = 3  # panels side by side


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
    if against not in AXES:
        raise InputError(f"against: expected {' or '.join(AXES)}, not {against!r}")
    groups: dict[str, dict[str, list[History]]] = {}
    for task, method, history in searches:
        groups.setdefault(task, {}).setdefault(method, []).append(history)
    columns = max(1, min(COLUMNS, len(groups)))
    rows = max(1, -(-len(groups) // columns))
    figure = Chart(figsize=(4.2 * columns, 3.2 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).flat
    methods = list(dict.fromkeys(method for each in groups.values() for method in each))
    for axes, (task, by_method) in zip(panels, groups.items(), strict=False):
        end = last([history for histories in by_method.values() for history in histories], against)
        for method, histories in by_method.items():
            colour = COLOURS[methods.index(method) % len(COLOURS)]
            _curve(axes, histories, against, end, method, colour)
        axes.set_title(task, loc="left", fontsize=10)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(AXES[against], fontsize=9)
        axes.set_ylabel("best return so far", fontsize=9)
        axes.grid(alpha=0.3, linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    for axes in list(panels):
        axes.set_axis_off()
    return figure


def _curve(axes: Axes, histories: Sequence[History], against: str, end: float, label: str, colour: str) -> None:
    """The mean of what is known of all `histories`, up to `end`."""
    if not (course := mean_course(histories, against, end)):
        return
    axes.plot(course.x, course.mean, color=colour, label=f"{label} ({course.count})", linewidth=1.6)
    low, high = course.mean - course.deviation, course.mean + course.deviation
    axes.fill_between(course.x, low, high, color=colour, alpha=0.15, linewidth=0)
