"""How a long-running stage tells what it does, without knowing who listens.

Stages call a `Reporter`; the command line passes one that draws, libraries and tests pass none. `StopFlag` is how a
first Ctrl-C asks a stage to save its work and stop.
"""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """What a stage says while it works."""

    def start(self, label: str, total: int | None, unit: str) -> None:
        """A new phase begins: `total` units of work (None when unknown)."""

    def update(self, done: int, *, total: int | None = None, **fields: object) -> None:
        """`done` units are finished, of `total` by now; `fields` are what to show beside (return=0.93, loss=1.2)."""

    def note(self, message: str) -> None:
        """Something worth a line of its own."""


class Silent:
    """The reporter that says nothing."""

    def start(self, label: str, total: int | None, unit: str) -> None:
        """Nothing."""

    def update(self, done: int, *, total: int | None = None, **fields: object) -> None:
        """Nothing."""

    def note(self, message: str) -> None:
        """Nothing."""


class StopFlag:
    """Set once the user asked to stop; stages poll it between units of work."""

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        """Ask whoever polls to save and stop."""
        self.requested = True
