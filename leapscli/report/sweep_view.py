"""What a sweep looks like: a table of tasks × methods while it runs, a line a search in a log; what came out of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from leapscli.progress import Reporter
from leapscli.report.console import emit
from leapscli.report.outcome import table
from leapscli.report.search_view import duration

if TYPE_CHECKING:
    from leapscli.stages.scoreboard import Cell, Scoreboard, Spread
    from leapscli.stages.sweep_worker import Outcome

TITLES = ("task", "searcher", "runs", "return", "seconds", "programs")


@contextmanager
def sweep_view(console: Console) -> Iterator[Reporter]:
    """A reporter for a sweep: live on a terminal, lines elsewhere."""
    if not console.is_terminal:
        yield SweepLines(lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True))
        return
    view = SweepView(console)
    with Live(get_renderable=view.render, console=console, refresh_per_second=4, transient=True):
        yield view


class SweepLines:
    """A line at the beginning, and one for each search that is over."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._total = 0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """The sweep begins."""
        self._total = total or 0

    def update(self, done: int, *, total: int | None = None, **fields: Any) -> None:
        """How many searches are over; `board` has all of it, `outcome` what has just come."""
        outcome: Outcome | None = fields.get("outcome")
        if outcome is None:
            self._say(f"sweep: {done:,} of {self._total:,} searches are there already")
            return
        remaining = fields["board"].remaining()
        left = f"; {duration(remaining)} left" if remaining is not None and done < self._total else ""
        self._say(f"{done:,} of {self._total:,}: {outcome_line(outcome)}{left}")

    def note(self, message: str) -> None:
        """Says it."""
        self._say(message)


class SweepView:
    """How many searches of each task and method are over, and their mean return so far."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock, self._began = console, clock, clock()
        self._board: Scoreboard | None = None
        self._total = self._done = 0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """The sweep begins."""
        self._total = total or 0

    def update(self, done: int, *, total: int | None = None, **fields: Any) -> None:
        """A search is over."""
        self._done, self._board = done, fields["board"]
        outcome: Outcome | None = fields.get("outcome")
        if outcome is not None and outcome.error is not None:
            self.note(outcome_line(outcome))

    def note(self, message: str) -> None:
        """A line above the view."""
        self._console.print(message, markup=False, highlight=False)

    def render(self) -> RenderableType:
        """What is on the screen now."""
        if self._board is None:
            return Text("preparing …", style="dim")
        board, remaining = self._board, self._board.remaining()
        head = Table.grid(padding=(0, 2), pad_edge=False)
        head.add_row(
            Text("sweep", style="bold"),
            ProgressBar(total=max(1, self._total), completed=self._done, width=16),
            f"{self._done:,} of {self._total:,} searches, {board.parallel} at once",
            Text(duration(self._clock() - self._began), style="dim"),
            Text(f"{duration(remaining)} left" if remaining is not None else "", style="dim"),
        )
        short = self._console.width < 15 + 12 * len(board.methods)
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title in ("", *board.methods):
            grid.add_column(title.replace("-", "-\n"), no_wrap=True, vertical="bottom")
        for task in board.tasks:
            cells = (_cell(board.cells[task, method], short) for method in board.methods)
            grid.add_row(Text(task, "bold"), *cells)
        return Group(head, Text(), grid)


def _cell(cell: Cell, short: bool) -> Text:
    """`3/5 0.981`, short `3 0.98`; yellow while a search of it runs, with the failed ones in red."""
    over = cell.total - cell.left
    spread = cell.spread("return_held_out") or cell.spread("return_searched")
    text = Text(f"{over}" if short else f"{over}/{cell.total}", "yellow" if cell.running else "dim")
    if spread:
        style = "bold green" if spread.mean > 0.9995 else "bold"
        text.append(f" {spread.mean:.2f}" if short else f" {spread.mean:.3f}", style)
    return text.append(f" {cell.failed} failed" if cell.failed else "", "red")


def outcome_line(outcome: Outcome) -> str:
    """One search in a line."""
    job = outcome.job
    which = f"{job.title} {job.method} seed {job.recipe.seed}"
    if outcome.run is None:
        return f"{which} failed: {outcome.error}"
    m = outcome.run.manifest.metrics
    held_out = m["return_held_out"]
    score = f"{held_out:.3f}" if held_out is not None else f"{m['return_searched']:.3f} on the states searched"
    return f"{which}: {score} in {duration(m['seconds'])}, {m['evaluations']:,} programs"


def show_sweep(console: Console, board: Scoreboard) -> None:
    """The table at the end: over the seeds, mean return on held-out states, seconds of search, programs executed."""
    emit(console, table(TITLES, [_row(cell) for cell in board.rows]))


def _row(cell: Cell) -> tuple[str, ...]:
    runs = f"{len(cell.runs)}" + (f" of {cell.total}" if len(cell.runs) < cell.total else "")
    seconds, programs = cell.spread("seconds"), cell.spread("evaluations")
    return (
        cell.task,
        cell.method,
        runs,
        spread_text(cell.spread("return_held_out")),
        f"{seconds.mean:.1f}" if seconds else "–",
        f"{programs.mean:,.0f}" if programs else "–",
    )


def spread_text(spread: Spread | None, digits: int = 3) -> str:
    """`0.981 ± 0.012`."""
    if spread is None:
        return "–"
    return f"{spread.mean:.{digits}f}" + (f" ± {spread.deviation:.{digits}f}" if spread.deviation is not None else "")
