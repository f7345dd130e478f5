"""Progress on stderr: a bar with speed and time left on a terminal, elsewhere a plain line every ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.text import Text

from leapscli.progress import Done, Reporter
from leapscli.report.terminal.console import can_redraw, margin
from leapscli.report.terminal.flow import flow, progress_bar
from leapscli.report.terminal.live import LiveView, drawn
from leapscli.report.terminal.pace import Clock, Pace

INTERVAL = 10.0  # seconds between plain lines
Say = Callable[[str], None]


@contextmanager
def progress(console: Console | None = None) -> Iterator[Reporter[Done]]:
    """A reporter for as long as a stage runs: what suits the terminal, or the log file, that stderr is."""
    console = console or margin()
    if not can_redraw(console):
        yield LineReporter(plain(console))
        return
    view = BarReporter(console)
    with drawn(view):
        yield view


def plain(console: Console) -> Say:
    """A printer of unwrapped lines, however long."""
    return lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True)


class BarReporter(LiveView):
    """A bar for each phase; the finished ones stay, with the time they took."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        super().__init__(console)
        self._clock = clock
        self._phases: list[tuple[Pace, Mapping[str, float]]] = []

    def start(self, label: str, total: int | None, unit: str) -> None:
        """A new bar below the others."""
        if self._phases:
            self._phases[-1][0].end()
        self._phases.append((Pace(label, total, unit, self._clock), {}))
        self.begin(stays=True)

    def update(self, event: Done) -> None:
        """Moves the bar."""
        pace, _ = self._phases[-1]
        pace.update(event)
        self._phases[-1] = pace, event.numbers()

    def render(self) -> RenderableType:
        """The current content of the screen."""
        return self.bars()

    def bars(self) -> Text:
        """The bars, one below the other."""
        label = max((len(pace.label) for pace, _ in self._phases), default=0)
        return Text("\n").join(_line(pace, numbers, label, self.console.width) for pace, numbers in self._phases)


def _line(pace: Pace, numbers: Mapping[str, float], label: int, width: int) -> Text:
    """One bar and what is known of its phase; on a narrow screen two lines or more."""
    when = pace.took if pace.finished else pace.left
    bar = progress_bar(pace.share, min(30, max(8, width - 70)))
    return flow(
        [f"{pace.label:<{label}}", bar, pace.amount, pace.speed, when, Text(numbers_text(numbers), "dim")], width
    )


class LineReporter:
    """A line when a phase begins, one every ten seconds, and one when it is done."""

    def __init__(self, say: Say, clock: Clock = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._pace, self._said = Pace("", None, "", clock), 0.0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """Says how much there is to do."""
        self._pace, self._said = Pace(label, total, unit, self._clock), self._clock()
        self._say(f"{label}: {total:,} {unit}" if total is not None else label)

    def update(self, event: Done) -> None:
        """Says how far it is, if the last time is long enough ago or all is done."""
        pace = self._pace
        pace.update(event)
        if pace.finished or self._clock() - self._said >= INTERVAL:
            self._said = self._clock()
            parts = (pace.amount, pace.speed, pace.left, numbers_text(event.numbers()))
            self._say(f"{pace.label}: {', '.join(part for part in parts if part)}")

    def note(self, message: str) -> None:
        """Says it."""
        self._say(message)


def numbers_text(numbers: Mapping[str, float]) -> str:
    """`loss 1.23, reconstruction 0.9`."""
    return ", ".join(f"{name} {value:.4g}" for name, value in numbers.items())
