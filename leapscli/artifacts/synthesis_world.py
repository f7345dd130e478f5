"""A Karel world of the program-synthesis data (Bunel et al., ICLR 2018), in either of the two ways it is written there.

As JSON: `rows`, `cols`, `hero` "row:col:east", `blocked` "row:col …", `markers` "row:col:count …", row 0 at the bottom.
As a sparse tensor: "index:1.0 …" over [16, 18, 18]. Its planes are Karel facing north, east, south, west; wall; the
outline of the world; 1, 2, … markers. Row 0 is at the bottom there too, and everything is one cell further in.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leapscli.domains.karel.cells import MAX_SIDE
from leapscli.domains.karel.world import World
from leapscli.errors import WorldError

DIRECTIONS = ("north", "east", "south", "west")
PLANES, SIDE = 16, 18
_WALL, _OUTLINE = 4, 5


def read_world(example: dict[str, Any], which: str) -> World | None:
    """The world `inpgrid` or `outgrid` of an example, JSON before tensor; None where there is neither.

    Raises WorldError for one that none of ours can be.
    """
    try:
        if (grid := example.get(f"{which}_json")) is not None:
            return _from_json(grid)
        if (tensor := example.get(f"{which}_tensor")) is not None:
            return _from_tensor(tensor)
    except WorldError as error:
        raise WorldError(f"{which}: {error.message}") from None
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise WorldError(f"{which}: not written as the data set writes worlds ({type(error).__name__})") from None
    return None


def _from_json(grid: dict[str, Any]) -> World:
    if grid.get("crashed"):
        raise WorldError("a world in which Karel has crashed")
    rows, columns = int(grid["rows"]), int(grid["cols"])
    walls, markers = _empty(rows, columns)
    row, column, direction = grid["hero"].split(":")
    for cell in grid["blocked"].split():
        walls[_cell(cell.split(":"), rows, columns)] = True
    for cell in grid["markers"].split():
        *place, count = cell.split(":")
        markers[_cell(place, rows, columns)] = int(count)
    return World(walls, markers, (*_cell([row, column], rows, columns), DIRECTIONS.index(direction)))


def _cell(place: list[str], rows: int, columns: int) -> tuple[int, int]:
    """Row and column from the top left."""
    row, column = (int(part) for part in place)
    if not (0 <= row < rows and 0 <= column < columns):
        raise WorldError(f"row {row}, column {column} is outside of {rows}×{columns}")
    return rows - 1 - row, column


def _from_tensor(text: str) -> World:
    planes = np.zeros((PLANES, SIDE, SIDE), np.bool_)
    for entry in text.split():
        index, value = entry.split(":")
        if float(value) != 1 or not 0 <= int(index) < planes.size:
            raise WorldError(f"a tensor of {PLANES}×{SIDE}×{SIDE} ones has no {entry!r}")
        planes.flat[int(index)] = True
    rows, columns = (int(np.append(edge, False).argmin()) - 2 for edge in (planes[_OUTLINE, :, 0], planes[_OUTLINE, 0]))
    _empty(rows, columns)
    inside = planes[:, rows:0:-1, 1 : columns + 1]  # the top row first
    karel = np.argwhere(inside[:_WALL])
    if len(karel) != 1 or inside[_OUTLINE].any() or (inside[_OUTLINE + 1 :].sum(0) > 1).any():
        raise WorldError("Karel is not in one place, facing one way, or a cell has several numbers of markers")
    counts = np.arange(1, PLANES - _OUTLINE)[:, None, None]
    direction, row, column = karel[0]
    return World(inside[_WALL], (inside[_OUTLINE + 1 :] * counts).sum(0), (row, column, direction))


def _empty(rows: int, columns: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Walls and markers of a world without either."""
    if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
        raise WorldError(f"a world of {rows}×{columns}")
    return np.zeros((rows, columns), np.bool_), np.zeros((rows, columns), np.int64)
