"""Pieces of text beside one another, on as many lines as the screen's width needs; and a bar to put among them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text


def flow(parts: Iterable[Text | str], width: int, gap: int = 2) -> Text:
    """The parts that are not empty in lines of at most `width`: only one that is wider by itself is broken."""
    text, column = Text(), 0
    for part in parts:
        piece = Text(part) if isinstance(part, str) else part
        if not piece:
            continue
        space = gap if column else 0
        if column + space + piece.cell_len > width and column:
            text.append("\n")
            column = space = 0
        text.append(" " * space).append_text(piece)
        column += space + piece.cell_len
    return text


def rows(text: Text, console: Console) -> int:
    """The number of lines of the screen that the text takes."""
    return len(text.wrap(console, console.width))


def progress_bar(share: float | None, width: int) -> Text:
    """A line that is filled from the left, which shows without colours too; all open where the share is unknown."""
    full = round(min(1.0, max(0.0, share or 0.0)) * width)
    return Text.assemble(("━" * full, "green"), ("┄" * (width - full), "dim"))
