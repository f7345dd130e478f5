"""What a search looks like: while it runs, live on a terminal or as a plain line now and then; and what it found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from leapscli.dsl.program import Program
from leapscli.progress import Reporter
from leapscli.report.programs import around, highlight, show

INTERVAL = 10.0  # seconds between plain lines
LINES = 16  # of the best program, while it may still change
_BARS = "▁▂▃▄▅▆▇█"
STOPPED = {
    "target": "the target was reached",
    "converged": "the search converged",
    "iterations": "all iterations were made",
    "evaluations": "all evaluations were made",
    "time": "the time was up",
    "interrupted": "you stopped it",
}


@contextmanager
def search_view(console: Console, max_time: float | None = None) -> Iterator[Reporter]:
    """A reporter for a search of at most `max_time` seconds: live on a terminal, lines elsewhere."""
    if not console.is_terminal:
        yield SearchLines(lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True), max_time)
        return
    view = SearchView(console, max_time)
    with Live(get_renderable=view.render, console=console, refresh_per_second=8, transient=True):
        yield view


class _Watcher:
    """What both views know: the phase, and the last update."""

    def __init__(self, max_time: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_time, self.clock = max_time, clock
        self.label, self.total, self.done = "", 0, 0
        self.fields: Mapping[str, Any] = {}
        self._first: tuple[int, float, int] | None = None  # iteration, seconds and programs at the first update

    def start(self, label: str, total: int | None, unit: str) -> None:
        """The search begins."""
        self.label, self.total = label, total or 0

    def update(self, done: int, **fields: object) -> None:
        """An iteration is over."""
        self.done, self.fields = done, fields
        now: Any = (done, fields["seconds"], fields["evaluations"])
        self._first = self._first or now

    def rate(self) -> float:
        """Programs executed a second, in this session."""
        return self._per_second(2, self.fields["evaluations"])

    def left(self) -> float | None:
        """Seconds until the iterations or the time are used up, whichever is sooner."""
        pace = self._per_second(0, self.done)
        ends = [(self.total - self.done) / pace] if pace else []
        if self.max_time is not None:
            ends.append(self.max_time - self.fields["seconds"])
        return max(0.0, min(ends)) if ends else None

    def _per_second(self, which: int, now: int) -> float:
        assert self._first is not None
        passed = self.fields["seconds"] - self._first[1]
        return (now - self._first[which]) / passed if passed > 0 else 0.0

    def numbers(self) -> dict[str, str]:
        """The numbers to show, by what they are called."""
        f, left = self.fields, self.left()
        shown = {
            "best": f"{f['best']:.3f}",
            "mean": f"{f['mean']:.3f}",
            "distinct": f"{f['distinct']:,}",
            "programs": f"{f['evaluations']:,}",
            "a second": f"{self.rate():,.0f}",
            "sigma": f"{f['sigma']:.3g}" if "sigma" in f else "",
            "restarts": f"{f['restarts']:,}" if "restarts" in f else "",
            "time": duration(f["seconds"]),
            "left": duration(left) if left is not None else "",
        }
        return {name: text for name, text in shown.items() if text}


class SearchLines(_Watcher):
    """A line at the beginning and one every ten seconds."""

    def __init__(
        self, say: Callable[[str], None], max_time: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(max_time, clock)
        self._say, self._said = say, 0.0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """Says what begins."""
        super().start(label, total, unit)
        self._said = self.clock()
        self._say(f"{label}: at most {self.total:,} {unit}")

    def update(self, done: int, **fields: object) -> None:
        """Says how it goes, if the last time is long enough ago."""
        super().update(done, **fields)
        if self.clock() - self._said >= INTERVAL:
            self._said = self.clock()
            numbers = ", ".join(f"{name} {text}" for name, text in self.numbers().items())
            self._say(f"iteration {done:,} of {self.total:,}: {numbers}")

    def note(self, message: str) -> None:
        """Says it."""
        self._say(message)


class SearchView(_Watcher):
    """The numbers, the course of the best return, and the best program so far."""

    def __init__(self, console: Console, max_time: float | None = None) -> None:
        super().__init__(max_time)
        self._console = console
        self._course: list[float] = []

    def update(self, done: int, **fields: object) -> None:
        """An iteration is over."""
        super().update(done, **fields)
        self._course.append(self.fields["best"])

    def note(self, message: str) -> None:
        """A line above the view."""
        self._console.print(message, markup=False, highlight=False)

    def render(self) -> RenderableType:
        """What is on the screen now."""
        if not self.fields:
            return Text(f"{self.label or 'preparing'} …", style="dim")
        head = Table.grid(padding=(0, 2), pad_edge=False)
        head.add_row(
            Text(self.label, style="bold"),
            ProgressBar(total=max(1, self.total), completed=self.done, width=20),
            f"{self.done:,} of {self.total:,} iterations",
            Text(sparkline(self._course), style="green"),
        )
        table = Table.grid(padding=(0, 3, 0, 0), pad_edge=False)
        numbers = self.numbers()
        table.add_row(*(Text(name, style="dim") for name in numbers))
        table.add_row(*(Text(text, style="bold") for text in numbers.values()))
        lines = Program.parse(self.fields["program"]).pretty().splitlines()
        first, part = around(lines, 0, min(LINES, max(4, self._console.height - 8)))
        more = [Text(f"… {len(lines) - len(part)} more lines", style="dim")] if len(part) < len(lines) else []
        return Group(head, table, highlight(part, first=first), *more)


def sparkline(values: list[float], width: int = 24) -> str:
    """The course of a value in at most `width` characters, from its lowest to its highest."""
    step = max(1, -(-len(values) // width))
    points = [max(values[i : i + step]) for i in range(0, len(values), step)]
    low, high = min(points), max(points)
    return "".join(_BARS[round((v - low) / (high - low) * 7) if high > low else 0] for v in points)


def duration(seconds: float) -> str:
    """`8.2 s`, `1:05` or `2:01:05`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def show_result(console: Console, program: Program, facts: Mapping[str, str]) -> None:
    """The program and what is known of it. Not on a terminal the facts are comments, so that all of it is a program."""
    console.print(show(program, "tokens"), soft_wrap=True)
    if not console.is_terminal:
        for name, text in facts.items():
            console.print(f"# {name}: {text}", markup=False, highlight=False, soft_wrap=True)
        return
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for name, text in facts.items():
        table.add_row(Text(name, style="dim"), Text(text, overflow="fold"))
    console.print()
    console.print(table)
