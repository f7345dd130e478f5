"""View of a training: on a terminal a bar, and below it a table of the last validations; elsewhere lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from leapscli.progress import Reporter, TrainingDone, Validation
from leapscli.report.terminal.console import can_redraw, margin
from leapscli.report.terminal.flow import rows
from leapscli.report.terminal.live import drawn
from leapscli.report.terminal.progress_bars import BarReporter, progress
from leapscli.report.terminal.tables import plain_table

ROWS, WIDE = 10, 100
Watch = Callable[[Validation], None]


@contextmanager
def training_view(console: Console | None = None) -> Iterator[tuple[Reporter[TrainingDone], Watch]]:
    """A reporter for a training, and what is to be told of each of its validations."""
    console = console or margin()
    if not can_redraw(console):
        with progress(console) as lines:
            yield lines, lambda validation: None
        return
    view = TrainingView(console)
    with drawn(view):
        yield view, view.watch


class TrainingView(BarReporter):
    """A bar, and the last validations; those that were no better than all before are dim."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._validations: deque[Validation] = deque(maxlen=ROWS)

    def watch(self, validation: Validation) -> None:
        """There was one more."""
        self._validations.append(validation)

    def render(self) -> RenderableType:
        """The current content of the screen."""
        bars = self.bars()
        return Group(bars, self.table(self.console.height - rows(bars, self.console) - 2))

    def table(self, room: int = ROWS) -> Table:
        """The last validations, at most `room` of them; on a narrow screen without the columns that matter less."""
        gap = 2 if self.console.width >= WIDE else 1
        table = plain_table(gap)
        shown = list(self._validations)[-max(1, room) :]
        for title in (titles := _fitting(shown, self.console.width, gap)):
            table.add_column(title, justify="right", no_wrap=True)
        for each in shown:
            table.add_row(*(Text(COLUMNS[title](each), "" if each.kept else "dim") for title in titles))
        return table


def _fitting(shown: list[Validation], width: int, gap: int) -> list[str]:
    """The columns that there is room for, none where there is nothing to show."""
    titles = list(COLUMNS) if shown else []
    widths = {title: max(len(title), *(len(COLUMNS[title](each)) for each in shown)) for title in titles}
    for spare in SPARE:
        if sum(widths[title] + gap for title in titles) - gap > width:
            titles.remove(spare)
    return titles


def _share(value: float | None) -> str:
    """A share, as `98.6%`; empty where it was not measured."""
    return "" if value is None else f"{value:.1%}"


def _many(count: float) -> str:
    """A count in at most six characters: 12,800, 128k or 1.28M."""
    if count < 99_999.5:
        return f"{count:,.0f}"
    return f"{count / 1e3:.0f}k" if count < 999_500 else f"{count / 1e6:.2f}M"


COLUMNS: dict[str, Callable[[Validation], str]] = {
    "step": lambda v: f"{v.step:,}",
    "programs": lambda v: _many(v.programs),
    "loss": lambda v: f"{v.loss:.3f}",
    "tokens": lambda v: _share(v.token_accuracy),
    "whole": lambda v: _share(v.reconstruction),
    "long": lambda v: _share(v.reconstruction_long),
    "traces": lambda v: _share(v.traces_equal),
    "KL": lambda v: f"{v.kl:.3f}",
    "active": lambda v: f"{v.active_units}",
    "executor": lambda v: _share(v.action_accuracy),
    "per s": lambda v: _many(v.programs_per_second),
}
SPARE = ("programs", "active", "tokens", "executor", "KL", "long", "per s", "traces")  # the first can go first
