"""Worlds as SVG: the pictures of notebooks and pages. The same colours and shapes as the tiles of PNG and GIF."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.cells import Agent
from leapscli.domains.karel.colours import (
    FLOOR,
    GRID,
    KAREL,
    KAREL_EDGE,
    MARKER,
    MARKER_EDGE,
    MARKER_INK,
    WALL,
    Colour,
)

CELL = 10  # units of the drawing
LONGEST = 320  # pixels, of a side


def svg(walls: NDArray[np.bool_], markers: NDArray[np.uint8], agent: Agent) -> str:
    """The drawing of a world, at most `LONGEST` pixels wide or high and 24 a cell; complete as it stands."""
    (rows, columns), height, width = walls.shape, walls.shape[0] * CELL, walls.shape[1] * CELL
    scale = min(24 / CELL, LONGEST / max(height, width))
    parts = [f'<rect width="{width}" height="{height}" fill="{_hex(FLOOR)}"/>', _grid(rows, columns), _walls(walls)]
    for row, column in np.argwhere(markers).tolist():
        parts.append(_marker(row, column, int(markers[row, column])))
    parts.append(_agent(*agent))
    size = f'width="{width * scale:.0f}" height="{height * scale:.0f}"'
    label = f"Karel's world of {rows} by {columns} cells"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img" '
        f'aria-label="{label}">{"".join(parts)}</svg>'
    )


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _grid(rows: int, columns: int) -> str:
    lines = [f"M0 {row * CELL}H{columns * CELL}" for row in range(rows + 1)]
    lines += [f"M{column * CELL} 0V{rows * CELL}" for column in range(columns + 1)]
    return f'<path d="{"".join(lines)}" stroke="{_hex(GRID)}" stroke-width=".4"/>'


def _walls(walls: NDArray[np.bool_]) -> str:
    """Neighbouring cells of a row in one piece."""
    pieces = []
    for row in range(len(walls)):
        edges = np.flatnonzero(np.diff(np.pad(walls[row].astype(np.int8), 1)))
        for first, end in edges.reshape(-1, 2).tolist():
            pieces.append(f"M{first * CELL} {row * CELL}h{(end - first) * CELL}v{CELL}h{(first - end) * CELL}z")
    return f'<path d="{"".join(pieces)}" fill="{_hex(WALL)}"/>'


def _marker(row: int, column: int, count: int) -> str:
    x, y = (column + 0.5) * CELL, (row + 0.5) * CELL
    r = CELL * 0.34
    disc = (
        f'<path d="M{x:g} {y - r:g}l{r:g} {r:g}l{-r:g} {r:g}l{-r:g} {-r:g}z" fill="{_hex(MARKER)}" '
        f'stroke="{_hex(MARKER_EDGE)}" stroke-width=".6"/>'
    )
    if count == 1:
        return disc
    return disc + (
        f'<text x="{x:g}" y="{y + CELL * 0.17:g}" font-size="{CELL * 0.48:g}" text-anchor="middle" '
        f'font-family="sans-serif" fill="{_hex(MARKER_INK)}">{count}</text>'
    )


def _agent(row: int, column: int, direction: int) -> str:
    """An arrowhead that points north, east, south or west."""
    x, y = (column + 0.5) * CELL, (row + 0.5) * CELL
    corners = ((0.0, -0.36), (0.3, 0.32), (0.0, 0.16), (-0.3, 0.32))
    turn = direction * math.pi / 2
    points = [
        (x + CELL * (a * math.cos(turn) - b * math.sin(turn)), y + CELL * (a * math.sin(turn) + b * math.cos(turn)))
        for a, b in corners
    ]
    text = " ".join(f"{a:.2f},{b:.2f}" for a, b in points)
    return f'<polygon points="{text}" fill="{_hex(KAREL)}" stroke="{_hex(KAREL_EDGE)}" stroke-width=".5"/>'
