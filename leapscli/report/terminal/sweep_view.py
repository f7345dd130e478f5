"""View of a sweep: a live table of tasks × methods, lines in a log; and its result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from leapscli.progress import Reporter
from leapscli.report.terminal.console import can_redraw, emit
from leapscli.report.terminal.flow import flow, progress_bar, rows
from leapscli.report.terminal.live import LiveView, drawn
from leapscli.report.terminal.outcome import table
from leapscli.report.terminal.pace import Clock, duration
from leapscli.report.terminal.progress_bars import Say, plain
from leapscli.report.terminal.tables import plain_table

if TYPE_CHECKING:
    from leapscli.results.scoreboard import Cell, Scoreboard, Spread
    from leapscli.results.sweep import Outcome, SweepDone

TITLES = ("task", "searcher", "runs", "return", "seconds", "programs")
GAP = 2  # columns between two of the table


@contextmanager
def sweep_view(console: Console) -> Iterator[Reporter[SweepDone]]:
    """A reporter for a sweep: live on a terminal, lines elsewhere."""
    if not can_redraw(console):
        yield SweepLines(plain(console))
        return
    view = SweepView(console)
    with drawn(view):
        yield view


class SweepLines:
    """A line at the beginning, and one for each search that is over."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._total = 0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """The sweep begins."""
        self._total = total or 0

    def update(self, event: SweepDone) -> None:
        """Says what has just come, or what was there at the beginning."""
        done, total = event.done, self._total
        if event.outcome is None:
            self._say(f"sweep: {done:,} of {total:,} searches are there already")
            return
        remaining = event.board.remaining()
        left = f"; {duration(remaining)} left" if remaining is not None and done < total else ""
        self._say(f"{done:,} of {total:,}: {outcome_line(event.outcome)}{left}")

    def note(self, message: str) -> None:
        """Says it."""
        self._say(message)


class SweepView(LiveView):
    """The number of finished searches of each task and method, and their mean return so far."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        super().__init__(console)
        self._clock, self._began = clock, clock()
        self._board: Scoreboard | None = None
        self._total = self._done = 0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """The sweep begins."""
        self._total = total or 0
        self.begin(stays=False)

    def update(self, event: SweepDone) -> None:
        """A search is over."""
        self._done, self._board = event.done, event.board
        if event.outcome is not None and event.outcome.error is not None:
            self.note(outcome_line(event.outcome))

    def render(self) -> RenderableType:
        """The current content of the screen."""
        if self._board is None:
            return Text("preparing …", style="dim")
        head = self._head(self._board)
        return Group(
            head, Text(), *grids(self._board, self.console, self.console.height - rows(head, self.console) - 2)
        )

    def _head(self, board: Scoreboard) -> Text:
        width, remaining = self.console.width, board.remaining()
        counts = f"{self._done:,} of {self._total:,} searches, {board.parallel} at once"
        left = f"{duration(remaining)} left" if remaining is not None else ""
        times = Text(", ".join(filter(None, (duration(self._clock() - self._began), left))), "dim")
        bar = progress_bar(self._done / max(1, self._total), min(16, max(8, width - 64)))
        return flow([Text("sweep", "bold"), bar, counts, times], width)


def grids(board: Scoreboard, console: Console, room: int) -> Iterator[RenderableType]:
    """The table of tasks × methods, the methods on several tables below one another where the screen is narrow.

    Of `room` lines; where they are too few for all tasks, those that have a search running come first.
    """
    short = console.width < 15 + 12 * len(board.methods)
    groups = list(_groups(board, console.width, short))
    heads = sum(max(len(_title(method).split("\n")) for method in group) for group in groups)
    count = max(1, (room - heads - 1) // len(groups))
    tasks = board.tasks
    if len(tasks) * len(groups) + heads > room:
        busy = [any(board.cells[task, method].running for method in board.methods) for task in tasks]
        chosen = sorted(range(len(tasks)), key=lambda i: not busy[i])[:count]
        tasks = [task for i, task in enumerate(tasks) if i in chosen]
    for group in groups:
        yield _grid(board, tasks, group, short)
    if len(tasks) < len(board.tasks):
        yield Text(f"… {len(board.tasks) - len(tasks):,} more tasks", "dim")


def _groups(board: Scoreboard, width: int, short: bool) -> Iterator[list[str]]:
    """The methods in groups whose columns fit `width`."""
    names, group, used = max(map(len, board.tasks)), list[str](), 0
    for method in board.methods:
        cells = (_cell(board.cells[task, method], short).cell_len for task in board.tasks)
        own = max(*map(len, _title(method).split("\n")), *cells) + GAP
        if group and names + used + own > width:
            yield group
            group, used = [], 0
        group.append(method)
        used += own
    yield group


def _grid(board: Scoreboard, tasks: Sequence[str], methods: Sequence[str], short: bool) -> Table:
    grid = plain_table()
    for title in ("", *map(_title, methods)):
        grid.add_column(title, no_wrap=True, vertical="bottom")
    for task in tasks:
        grid.add_row(Text(task, "bold"), *(_cell(board.cells[task, method], short) for method in methods))
    return grid


def _title(method: str) -> str:
    """A method above its column, broken at hyphens."""
    return method.replace("-", "-\n")


def _cell(cell: Cell, short: bool) -> Text:
    """`3/5 0.981`, short `3 0.98`; yellow while a search of it runs, with the failed ones in red."""
    over = cell.total - cell.left
    spread = cell.found
    text = Text(f"{over}" if short else f"{over}/{cell.total}", "yellow" if cell.running else "dim")
    if spread:
        style = "bold green" if cell.solved else "bold"
        text.append(f" {spread.mean:.2f}" if short else f" {spread.mean:.3f}", style)
    return text.append(f" {cell.failed} failed" if cell.failed else "", "red")


def outcome_line(outcome: Outcome) -> str:
    """One search in a line."""
    job = outcome.job
    which = f"{job.title} {job.method} seed {job.seed}"
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
