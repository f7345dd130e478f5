"""Views in a notebook: one output that is drawn again and again, as a terminal is. Needs no widgets."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

from rich.console import Console, RenderableType

WIDTH = 100  # characters
FORMAT = '<pre style="line-height:1.25;font-family:Menlo,DejaVu Sans Mono,consolas,monospace">{code}</pre>'


class NotebookLive:
    """Draws what `get_renderable` returns, `refresh_per_second` times a second; `transient`: at the end no more."""

    def __init__(
        self,
        get_renderable: Callable[[], RenderableType],
        console: Console,
        refresh_per_second: float,
        transient: bool,
    ) -> None:
        self._render, self._pause, self._transient = get_renderable, 1 / refresh_per_second, transient
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._shown: Any = None

    def start(self) -> None:
        """From now on."""
        from IPython.display import display

        self._shown = display(self._page(), display_id=True)
        self._thread.start()

    def stop(self) -> None:
        """The last time."""
        self._over.set()
        self._thread.join()
        self._shown.update(_html("") if self._transient else self._page())

    def _draw(self) -> None:
        while not self._over.wait(self._pause):
            self._shown.update(self._page())

    def _page(self) -> Any:
        console = Console(width=WIDTH, record=True, file=io.StringIO(), force_jupyter=False, force_terminal=True)
        console.print(self._render())
        return _html(console.export_html(inline_styles=True, code_format=FORMAT))


def _html(text: str) -> Any:
    from IPython.display import HTML

    return HTML(text)
