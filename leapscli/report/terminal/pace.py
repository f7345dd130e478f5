"""Pace of a phase in words: how far it is, its rate, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable

from leapscli.progress import Done

Clock = Callable[[], float]


class Pace:
    """A phase of `total` units, from when it is made."""

    def __init__(self, label: str, total: int | None, unit: str, clock: Clock = time.monotonic) -> None:
        self.label, self.total, self.unit, self.done = label, total, unit, 0
        self._clock, self._began = clock, clock()
        self._first: int | None = None
        self._ended: float | None = None

    def update(self, event: Done) -> None:
        """The phase has come so far; a total is never less than what is done."""
        if self._first is None:  # what a resumed run found done already is not its speed
            self._first = event.done if self._seconds < 0.5 else 0
        self.done = event.done
        self.total = event.total if event.total is not None else self.total
        self.total = None if self.total is None else max(self.total, self.done)
        if self.finished:
            self.end()

    def end(self) -> None:
        """Time passes no more."""
        self._ended = self._ended or self._clock()

    @property
    def finished(self) -> bool:
        """True if all is done."""
        return self.total is not None and self.done >= self.total > 0

    @property
    def share(self) -> float | None:
        """The share that is done, of 1; None where the total is unknown."""
        return self.done / self.total if self.total else None

    @property
    def amount(self) -> str:
        """`12,000 of 50,000 programs`."""
        return f"{self.done:,}{f' of {self.total:,}' if self.total is not None else ''} {self.unit}"

    @property
    def speed(self) -> str:
        """`9,100 a second`; nothing while it is unknown."""
        return f"{number(self._rate)} a second" if self._rate else ""

    @property
    def left(self) -> str:
        """`3:20 left`; nothing while it is unknown, and at the end."""
        if self.total is None or self.finished or not self._rate:
            return ""
        return f"{duration((self.total - self.done) / self._rate, digits=0)} left"

    @property
    def took(self) -> str:
        """`8.2 s`: how long it has lasted."""
        return duration(self._seconds)

    @property
    def _seconds(self) -> float:
        return (self._ended or self._clock()) - self._began

    @property
    def _rate(self) -> float:
        """Units a second since the first update."""
        return (self.done - (self._first or 0)) / self._seconds if self._seconds > 0 else 0.0


def number(value: float) -> str:
    """Three digits or more, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds: float, digits: int = 1) -> str:
    """`8.2 s`, `1:05` or `2:01:05`."""
    if round(seconds, digits) < 60:
        return f"{seconds:.{digits}f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
