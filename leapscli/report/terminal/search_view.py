"""View of a search: live on a terminal, lines in a log; and its result."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from leapscli.dsl.program import Program
from leapscli.progress import Reporter, SearchDone
from leapscli.report.terminal.console import can_redraw
from leapscli.report.terminal.ends import Ends
from leapscli.report.terminal.flow import flow, progress_bar, rows
from leapscli.report.terminal.live import LiveView, drawn
from leapscli.report.terminal.pace import Clock, duration
from leapscli.report.terminal.programs import highlight, show
from leapscli.report.terminal.progress_bars import INTERVAL, Say, plain

if TYPE_CHECKING:
    from leapscli.results.limits import Limits

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
def search_view(console: Console, limits: Limits) -> Iterator[Reporter[SearchDone]]:
    """A reporter for a search that ends at `limits`: live on a terminal, lines elsewhere."""
    if not can_redraw(console):
        yield SearchLines(plain(console), limits)
        return
    view = SearchView(console, limits)
    with drawn(view):
        yield view


def numbers(event: SearchDone, ends: Ends) -> dict[str, str]:
    """The numbers to show, by what they are called; the one that ends the search with its limit."""
    left = ends.left
    shown = {
        "best": f"{event.best:.3f}",
        "mean": "–" if math.isnan(event.mean) else f"{event.mean:.3f}",
        "distinct": f"{event.distinct:,}",
        "iteration": ends.text("iterations"),
        "programs": ends.text("programs"),
        "per second": f"{ends.rate('programs'):,.0f}",
        "sigma": f"{event.sigma:.3g}" if event.sigma is not None else "",
        "restarts": f"{event.restarts:,.0f}" if event.restarts is not None else "",
        "time": ends.text("time"),
        "left": duration(left) if left is not None else "",
    }
    return {name: text for name, text in shown.items() if text}


class SearchLines:
    """A line at the beginning and one every ten seconds."""

    def __init__(self, say: Say, limits: Limits, clock: Clock = time.monotonic) -> None:
        self._say, self._ends, self._clock, self._said = say, Ends(limits), clock, 0.0

    def start(self, label: str, total: int | None, unit: str) -> None:
        """Says what begins, and what will end it."""
        self._said = self._clock()
        self._say(f"{label}: {self._ends.words}")

    def update(self, event: SearchDone) -> None:
        """Says how it goes, if the last time is long enough ago."""
        self._ends.update(event)
        if self._clock() - self._said >= INTERVAL:
            self._said = self._clock()
            self._say(", ".join(f"{name} {text}" for name, text in numbers(event, self._ends).items()))

    def note(self, message: str) -> None:
        """Says it."""
        self._say(message)


class SearchView(LiveView):
    """The numbers, the course of the best return, and the best program so far."""

    def __init__(self, console: Console, limits: Limits) -> None:
        super().__init__(console)
        self._ends, self._label = Ends(limits), ""
        self._last: SearchDone | None = None
        self._course: list[float] = []

    def start(self, label: str, total: int | None, unit: str) -> None:
        """The search begins."""
        self._label = label
        self.begin(stays=False)

    def update(self, event: SearchDone) -> None:
        """An iteration is over."""
        self._ends.update(event)
        self._course.append(event.best)
        self._last = event

    def render(self) -> RenderableType:
        """The current content of the screen: as much of the program as there is room for."""
        event, width = self._last, self.console.width
        if event is None:
            return Text(f"{self._label}: {self._ends.words}", "dim")
        shown = numbers(event, self._ends)
        bar, left = progress_bar(self._ends.share, min(20, max(8, width - 60))), shown.pop("left", "")
        course = Text(sparkline(self._course), "green")
        head = flow([Text(self._label, "bold"), bar, f"{left} left" if left else "", course], width)
        facts = flow([Text.assemble((f"{name} ", "dim"), (text, "bold")) for name, text in shown.items()], width, 3)
        room = self.console.height - rows(head, self.console) - rows(facts, self.console) - 1
        return Group(head, facts, beginning(Program.parse(event.program), room, self.console))


def beginning(program: Program, room: int, console: Console) -> Text:
    """The first lines of a program that fit into `room` lines; says so where lines are left out."""
    lines = program.pretty().splitlines()
    ends = list(accumulate(rows(Text(line), console) for line in lines))
    if ends[-1] <= room:
        return highlight(lines)
    count = max(1, sum(end < room for end in ends))
    return highlight(lines[:count]).append(f"\n… {len(lines) - count} more lines", "dim")


def sparkline(values: list[float], width: int = 24) -> str:
    """The course of a value in at most `width` characters, from its lowest to its highest."""
    step = max(1, -(-len(values) // width))
    points = [max(values[i : i + step]) for i in range(0, len(values), step)]
    low, high = min(points), max(points)
    return "".join(_BARS[round((v - low) / (high - low) * 7) if high > low else 0] for v in points)


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
