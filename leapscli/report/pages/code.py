"""Programs as pages show them: lines of coloured pieces in both forms, and the line of every node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leapscli.dsl.printer import layout
from leapscli.dsl.program import Program
from leapscli.dsl.tree import Style
from leapscli.report.terminal.programs import parts
from leapscli.tasks.play import words

STYLES: tuple[Style, ...] = ("tokens", "python")


@dataclass(frozen=True)
class Line:
    """A line of a program: its indentation in characters, and its pieces (text, kind)."""

    indent: int
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Listing:
    """A program in one form. `text` is what is copied."""

    style: Style
    text: str
    lines: tuple[Line, ...]
    line_of: tuple[int, ...]


def listings(program: Program) -> list[Listing]:
    """The program in both forms."""
    found = []
    for style in STYLES:
        lines, line_of = layout(program, style)
        coloured = tuple(Line(len(line) - len(line.lstrip()), tuple(parts(line.strip()))) for line in lines)
        found.append(Listing(style, program.pretty(style), coloured, tuple(line_of[i] for i in range(len(line_of)))))
    return found


def for_player(program: Program) -> dict[str, Any]:
    """JSON values: the line of every node in each form, and its name, as the player says it."""
    lines = {listing.style: listing.line_of for listing in listings(program)}
    return {"lines": lines, "names": [words(node) for node in program.walk()]}
