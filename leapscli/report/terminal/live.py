"""The base of views that are redrawn: notes go above, and at the end the view stays or goes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live

PER_SECOND = 8  # how often it is drawn


class LiveView(ABC):
    """A view of a stage on `console`; nothing is drawn before it has begun."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Live | None = None

    @abstractmethod
    def render(self) -> RenderableType:
        """The current content of the screen."""

    def note(self, message: str) -> None:
        """A line above the view."""
        self.console.print(message, markup=False, highlight=False)

    def begin(self, *, stays: bool) -> None:
        """Draw from now on; `stays`: at the end too. Once is enough."""
        if self._live is None:
            live = Live(
                get_renderable=self.render, console=self.console, refresh_per_second=PER_SECOND, transient=not stays
            )
            live.start()
            self._live = live

    def end(self) -> None:
        """Draw no more."""
        if self._live is not None:
            self._live.stop()


@contextmanager
def drawn(view: LiveView) -> Iterator[None]:
    """Ends the view, however what it shows ends."""
    try:
        yield
    finally:
        view.end()
