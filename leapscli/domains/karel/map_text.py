"""Text to world: maps as `str(world)` writes them, and other people's where the meaning is certain.

Blank lines, indentation and comments (`# a start at the left`) say nothing. `o` is a marker, as in other Karel
simulators, and any arrow is Karel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from leapscli.domains.karel.cells import ARROWS, MAX_MARKERS, MAX_SEED, MAX_SIDE, Agent, Parts
from leapscli.domains.karel.stanford import is_stanford, parse_stanford
from leapscli.dsl.diagnostics import printable
from leapscli.dsl.text import lines_of, plain
from leapscli.errors import WorldError

_HEADING = {
    arrow: heading for arrows in (ARROWS, "↑→↓←", "▲▶▼◀", "▲►▼◄", "^>V<") for heading, arrow in enumerate(arrows)
}
_COUNT = {"o": 1, ".": 0, "#": 0} | {str(n): n for n in range(MAX_MARKERS + 1)}
_COMMENT = re.compile(r"\s*#(?=.*\s)(?=.*[^\W\d_]{2})(?=.*[^\W\d_ovV])")  # words; no row of cells has a space
_NOTE = re.compile(r"\s*(under|seed)\s*:\s*(.*)", re.IGNORECASE)
_MOST = {"under": MAX_MARKERS, "seed": MAX_SEED}
_HOW = "one line a row: # wall, . empty, 1-9 markers, ^ > v < Karel"

Row = tuple[int, str]  # a line's number, and the line


def parse_map(text: str) -> Parts:
    """The world that a text draws. Raises WorldError naming line and column."""
    lines = [plain(line).rstrip() for line in lines_of(text)]
    if any(map(is_stanford, lines)):
        return parse_stanford(lines)
    written = [(number, line) for number, line in enumerate(lines, 1) if line and not _COMMENT.match(line)]
    rows = [row for row in written if ":" not in row[1]]
    if not rows:
        raise WorldError("an empty world", _HOW)
    notes = dict(_notes([row for row in written if ":" in row[1]], rows[-1][0]))
    return _drawn(rows, notes.get("under", 0), notes.get("seed", 0))


def _notes(written: list[Row], last: int) -> Iterator[tuple[str, int]]:
    """The notes in the lines below the `last` row: `under: 3`, `seed: 7`."""
    for number, line in written:
        note = _NOTE.fullmatch(line)
        if not note or number < last or not re.fullmatch("[0-9]+", note[2]):
            place = f"line {number}, column {note.start(2) + 1 if note else 1}"
            found = printable(line.strip()[:40])
            raise WorldError(
                f"{place}: '{found}': only `under: <markers>` and `seed: <number>` may follow the map", _HOW
            )
        name, digits = note[1].lower(), note[2].lstrip("0") or "0"
        if len(digits) > 20 or int(digits) > _MOST[name]:
            what = "a cell holds at most 9 markers" if name == "under" else f"a seed is at most {MAX_SEED}"
            raise WorldError(f"line {number}, column {note.start(2) + 1}: {name}: {note[2][:40]}: {what}")
        yield name, int(digits)


def _drawn(rows: list[Row], under: int, seed: int) -> Parts:
    """The world of some rows, Karel standing on `under` markers."""
    indent = min(len(line) - len(line.lstrip()) for _, line in rows)
    width = len(rows[0][1]) - indent
    if max(len(rows), width) > MAX_SIDE:
        raise WorldError(f"a world of {len(rows)}×{width}: each side must be 1 to {MAX_SIDE} cells")
    walls, markers = np.zeros((len(rows), width), np.bool_), np.zeros((len(rows), width), np.uint8)
    agent: Agent | None = None
    for r, (number, line) in enumerate(rows):
        cells = line[indent:]
        if len(cells) != width:
            place = f"line {number}, column {indent + min(len(cells), width) + 1}"
            raise WorldError(f"{place}: {len(cells)} cells in this row, {width} in the first")
        for c, cell in enumerate(cells):
            if cell in _HEADING:
                if agent:
                    raise WorldError(f"line {number}, column {indent + c + 1}: a second Karel")
                agent, markers[r, c] = (r, c, _HEADING[cell]), under
            else:
                walls[r, c], markers[r, c] = cell == "#", _count(cell, number, indent + c + 1)
    if agent is None:
        raise WorldError("no Karel in this world", "put one of ^ > v < where Karel starts")
    return Parts(walls, markers, agent, seed)


def _count(cell: str, line: int, column: int) -> int:
    """The markers of a cell that Karel does not stand on."""
    if cell not in _COUNT:
        hint = "write . for an empty cell" if cell == " " else None
        raise WorldError(f"line {line}, column {column}: {cell!r}: expected one of # . 0-9 ^ > v <", hint)
    return _COUNT[cell]
