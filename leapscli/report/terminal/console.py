"""The consoles that everything is printed on, and how they differ between a terminal and a file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console, ConsoleDimensions, RenderableType

LEAST = ConsoleDimensions(20, 5)  # what is smaller was not meant, or cannot be drawn on
USUAL = ConsoleDimensions(80, 24)


class _Console(Console):
    """A console whose size can always be drawn on, whatever COLUMNS, LINES or the terminal say."""

    @property
    def size(self) -> ConsoleDimensions:
        """COLUMNS and LINES, else the terminal's size; its own again, and in the end USUAL, where that is unusable."""
        told = (0, 0) if self.is_dumb_terminal else super().size  # to rich a dumb terminal is always 80 wide
        widths, heights = zip(told, self._terminal_size(), USUAL, strict=True)
        return ConsoleDimensions(_first(widths, LEAST.width), _first(heights, LEAST.height))

    @size.setter
    def size(self, size: tuple[int, int]) -> None:
        self._width, self._height = size

    def _terminal_size(self) -> tuple[int, int]:
        try:
            return os.get_terminal_size(self.file.fileno())
        except (AttributeError, OSError, ValueError):
            return 0, 0


def _first(sizes: Sequence[int], least: int) -> int:
    """The first that is large enough; the last one is."""
    return next(size for size in sizes if size >= least)


def screen(aside: bool = False) -> Console:
    """The console that results are printed on: stdout, or stderr where that is taken."""
    return _Console(highlight=False, stderr=aside)


def margin() -> Console:
    """The console that everything else is printed on, progress above all: stderr."""
    return _Console(stderr=True)


def can_redraw(console: Console) -> bool:
    """True if this console, or a notebook's output, can be redrawn; else progress comes in lines."""
    return console.is_jupyter or (console.is_terminal and not console.is_dumb_terminal)


def emit(console: Console, *parts: RenderableType) -> None:
    """Print, one below the other; what is no terminal gets lines whole, however long, without blanks at their ends."""
    if console.is_terminal:
        console.print(*parts, sep="\n")
        return
    with console.capture() as captured:
        for part in parts:
            console.print(part, crop=False)
    console.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def has_colours(console: Console) -> bool:
    """True if blocks of colour show on this console; else worlds are drawn in their text form."""
    plain = console.color_system is None or console.no_color or console.options.ascii_only
    return console.is_terminal and not plain
