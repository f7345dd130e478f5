"""The base of views that are redrawn: notes go above, and at the end the view stays or goes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live

from leapscli.report.notebook import NotebookLive

PER_SECOND = 8  # how often it is drawn


class LiveView(ABC):
    """A view of a stage on `console`; nothing is drawn before it has begun."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Live | NotebookLive | None = None

    @abstractmethod
    def render(self) -> RenderableType:
        """The current content of the screen."""

    def note(self, message: str) -> None:
        """A line above the view."""
        self.console.print(message, markup=False, highlight=False)

    def begin(self, *, stays: bool) -> None:
        """Draw from now on; `stays`: at the end too. Once is enough."""
        if self._live is None:
            options = {"console": self.console, "refresh_per_second": PER_SECOND, "transient": not stays}
            kind = NotebookLive if self.console.is_jupyter else Live
            self._live = kind(get_renderable=self.render, **options)  # type: ignore[arg-type]
            self._live.start()

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
