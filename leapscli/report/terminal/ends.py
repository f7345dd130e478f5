"""The end of a search: which of its limits will be met first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leapscli.progress import SearchDone
from leapscli.report.terminal.pace import duration

if TYPE_CHECKING:
    from leapscli.results.limits import Limits


class Used(NamedTuple):
    """The amounts of everything limited that a search has used, over all its sessions."""

    time: float = 0.0
    programs: float = 0.0
    iterations: float = 0.0


class Ends:
    """The limits of a search, and how near it is to them."""

    def __init__(self, limits: Limits) -> None:
        allowed = {"time": limits.seconds, "programs": limits.evaluations, "iterations": limits.iterations}
        self.allowed = {name: float(most) for name, most in allowed.items() if most is not None}
        self.target = limits.target
        self._first: Used | None = None  # as this session found it
        self._used = Used()

    def update(self, event: SearchDone) -> None:
        """The search has come so far."""
        self._used = Used(event.seconds, event.evaluations, event.done)
        self._first = self._first or self._used

    def rate(self, name: str) -> float:
        """Of what is called so, how much is used a second in this session."""
        first = self._first or self._used
        passed = self._used.time - first.time
        return (getattr(self._used, name) - getattr(first, name)) / passed if passed > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the first limit is met; None while that is unknown."""
        return min(self._left().values(), default=None)

    @property
    def share(self) -> float:
        """The share used, of 1, of the limit that is met first."""
        return self._share(self._nearest)

    def text(self, name: str) -> str:
        """The amount used, `12.1 s` or `1,200`; where it ends the search, `12.1 s of 2:00`."""
        limit = f" of {_amount(name, self.allowed[name])}" if name == self._nearest else ""
        return _amount(name, getattr(self._used, name)) + limit

    @property
    def words(self) -> str:
        """`until a return of 1.000, at most 2:00 or 1,000 iterations`."""
        limits = [_amount(name, most) + (f" {name}" if name != "time" else "") for name, most in self.allowed.items()]
        until = f"until a return of {self.target:.3f}, " if self.target is not None else ""
        return f"{until}at most {' or '.join(limits)}"

    @property
    def _nearest(self) -> str:
        left = self._left()
        return min(left, key=left.__getitem__) if left else max(self.allowed, key=self._share)

    def _left(self) -> dict[str, float]:
        """Seconds until each limit is met at the speed so far, of those that can be told."""
        rates = {name: 1.0 if name == "time" else self.rate(name) for name in self.allowed}
        used = self._used
        return {name: max(0.0, self.allowed[name] - getattr(used, name)) / rate for name, rate in rates.items() if rate}

    def _share(self, name: str) -> float:
        return float(getattr(self._used, name)) / self.allowed[name]


def _amount(name: str, value: float) -> str:
    return duration(value) if name == "time" else f"{value:,.0f}"
