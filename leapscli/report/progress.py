"""Progress on stderr: a bar with rate and time left on a terminal, elsewhere a plain line every ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from leapscli.progress import Reporter

INTERVAL = 10.0  # seconds between plain lines


@contextmanager
def progress(console: Console | None = None) -> Iterator[Reporter]:
    """A reporter for as long as a stage runs: what suits the terminal, or the log file, that stderr is."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield LineReporter(lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True))
        return
    reporter = RichReporter(console)
    try:
        yield reporter
    finally:
        reporter.stop()


class _Bars(Progress):
    """Bars, and what stands below them."""

    below: Callable[[], RenderableType] | None = None

    def get_renderables(self) -> Iterable[RenderableType]:
        """What is on the screen now."""
        yield from super().get_renderables()
        if self.below:
            yield self.below()


class RichReporter:
    """A bar for each phase; the finished ones stay, with the time they took, and what is drawn `below` them."""

    def __init__(self, console: Console, below: Callable[[], RenderableType] | None = None) -> None:
        self._bar = _Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=min(30, max(8, console.width - 90))),
            TextColumn("{task.fields[amount]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[extra]}", style="dim"),
            console=console,
        )
        self._bar.below = below
        self._pace = Pace("", None, "")
        self._task: TaskID | None = None

    def start(self, label: str, total: int | None, unit: str) -> None:
        """A new bar below the others."""
        self._bar.start()
        self._pace = Pace(label, total, unit)
        self._task = self._bar.add_task(escape(label), total=total, amount="", extra="")

    def update(self, done: int, *, total: int | None = None, **fields: object) -> None:
        """Moves the bar."""
        self._pace.total = total or self._pace.total
        if self._task is not None:
            amount, extra = escape(self._pace.amount(done)), escape(fields_text(fields))
            self._bar.update(self._task, completed=done, total=self._pace.total, amount=amount, extra=extra)

    def note(self, message: str) -> None:
        """A line above the bars."""
        self._bar.console.print(message, markup=False, highlight=False)

    def stop(self) -> None:
        """The bars move no more."""
        self._bar.stop()


class LineReporter:
    """A line when a phase begins, one every ten seconds, and one when it is done."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._pace = Pace("", None, "", clock)
        self._said = 0.0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """Says how much there is to do."""
        self._pace = Pace(label, total, unit, self._clock)
        self._said = self._clock()
        self._say(f"{label}: {total:,} {unit}" if total is not None else label)

    def update(self, done: int, *, total: int | None = None, **fields: object) -> None:
        """Says how far it is, if the last time is long enough ago or all is done."""
        self._pace.total = total or self._pace.total
        finished = self._pace.total is not None and done >= self._pace.total > 0
        if finished or self._clock() - self._said >= INTERVAL:
            self._said = self._clock()
            parts = (self._pace.amount(done), self._pace.left(done), fields_text(fields))
            self._say(f"{self._pace.label}: {', '.join(part for part in parts if part)}")

    def note(self, message: str) -> None:
        """Says it."""
        self._say(message)


class Pace:
    """How fast a phase goes, and what that means for its end."""

    def __init__(self, label: str, total: int | None, unit: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.label, self.total, self.unit, self._clock = label, total, unit, clock
        self._began, self._first = clock(), -1

    def amount(self, done: int) -> str:
        """For example `12,000 of 50,000 programs, 9,100 a second`."""
        of = f" of {self.total:,}" if self.total is not None else ""
        rate = self._rate(done)
        return f"{done:,}{of} {self.unit}" + (f", {number(rate)} a second" if rate else "")

    def left(self, done: int) -> str:
        """For example `3:20 left`."""
        rate = self._rate(done)
        if self.total is None or not rate or done >= self.total:
            return ""
        seconds = round((self.total - done) / rate)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} left"

    def _rate(self, done: int) -> float:
        """Units a second since the first update: what a resumed run found done already is not its speed."""
        now = self._clock()
        if self._first < 0:
            self._first = done if now - self._began < 0.5 else 0
        return (done - self._first) / (now - self._began) if now > self._began else 0.0


def number(value: float) -> str:
    """Three digits or more, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def fields_text(fields: Mapping[str, object]) -> str:
    """`loss 1.23, accuracy 0.9`."""
    shown = ((name, f"{value:.4g}" if isinstance(value, float) else str(value)) for name, value in fields.items())
    return ", ".join(f"{name} {value}" for name, value in shown)
