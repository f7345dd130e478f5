"""Worlds of Stanford's Karel, `.w` files: a line for each thing, (column, row) counted from the lower left corner.

    Dimension: (5, 4)
    Karel: (1, 1); East
    Beeper: (3, 2); 1
    BeeperBag: INFINITE

Their walls stand between two cells and ours fill a cell, so a world with walls inside is refused; so is a bag that runs
empty. Colours and speed say nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.cells import MAX_MARKERS, MAX_SIDE, Parts
from leapscli.dsl.diagnostics import printable
from leapscli.errors import WorldError

_LINE = re.compile(r"\s*(\w+)\s*:\s*(?:\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\))?[\s;]*(\S*)\s*")
_HEADINGS = ("north", "east", "south", "west")
_ENDLESS = ("infinite", "infinity", "1000000000", "99999999")
_SILENT = ("speed", "color", "colour")


def is_stanford(line: str) -> bool:
    """True if a line is the one that every such file has."""
    return line.lstrip().lower().startswith("dimension:")


def parse_stanford(lines: Sequence[str]) -> Parts:
    """The world that the lines of a `.w` file describe. Raises WorldError naming the line that cannot be read."""
    markers, agent = np.zeros((0, 0), np.uint8), None
    for number, line in enumerate(lines, 1):
        word, x, y, rest = _parts(number, line)
        if word == "dimension" and 1 <= x <= MAX_SIDE and 1 <= y <= MAX_SIDE:
            markers = np.zeros((y, x), np.uint8)
        elif word == "karel" and rest in _HEADINGS and _inside(markers, x, y):
            agent = (len(markers) - y, x - 1, _HEADINGS.index(rest))
        elif word == "beeper" and re.fullmatch("[0-9]|", rest) and _inside(markers, x, y):
            markers[len(markers) - y, x - 1] = int(rest or 1)
        elif word == "wall":
            complaint = f"line {number}, column 1: a wall between two cells; here a wall fills a cell"
            raise WorldError(complaint, "draw the world as a map: # wall, . empty, 1-9 markers, ^ > v < Karel")
        elif word == "beeperbag" and rest not in _ENDLESS:
            raise WorldError(
                f"line {number}, column 1: a bag of {printable(rest[:20])}; here it never runs empty",
                "BeeperBag: INFINITE",
            )
        elif word not in ("", "beeperbag", *_SILENT):
            complaint = f"line {number}, column 1: {line.strip()[:40]!r} does not fit a world of Stanford's Karel"
            raise WorldError(
                complaint, f"Dimension: (columns, rows), Karel: (1, 1); East, Beeper: (2, 1); 1 to {MAX_MARKERS}"
            )
    if agent is None:
        raise WorldError("no Karel in this world", "a line such as Karel: (1, 1); East")
    return Parts(np.zeros(markers.shape, np.bool_), markers, agent)


def _parts(number: int, line: str) -> tuple[str, int, int, str]:
    """A line's word, its place (0, 0 where it has none) and what stands behind; all empty for an empty line."""
    found = _LINE.fullmatch(line)
    if not found:
        return (line.strip() and "?"), 0, 0, ""
    return found[1].lower(), int(found[2] or 0), int(found[3] or 0), found[4].lower()


def _inside(markers: NDArray[np.uint8], x: int, y: int) -> bool:
    """True if column x and row y lie in the world."""
    height, width = markers.shape
    return bool(1 <= y <= height and 1 <= x <= width)
