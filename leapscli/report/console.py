"""The console that results are printed on, and how it differs between a terminal and a file."""

from __future__ import annotations

from rich.console import Console, RenderableType


def screen() -> Console:
    """The console that results are printed on: stdout."""
    return Console(highlight=False)


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
    """Whether blocks of colour show on this console; else worlds are drawn in their text form."""
    return console.is_terminal and console.color_system is not None and not console.no_color
