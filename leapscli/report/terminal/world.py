"""Worlds in the terminal: walls as blocks, markers with their counts, Karel as an arrow that stands out.

One world, four scales; the first that fits is taken:

    wide      two characters a cell, which is about square; counts as digits
    narrow    one character a cell, which stretches it; counts as digits; for worlds of at most TALL rows
    half      one column a cell, two rows of cells to a line (▀); counts as shades
    quarter   four cells to a character (▚); counts as shades

Without colours there is one scale, the text form of world.py, which `--world` reads back. What fits at none is shown
at `narrow`, or in text, as the part around Karel.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from leapscli.domains.grid.world import GridWorld
from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.colours import FREE_STYLE, KAREL_STYLE, WALL_STYLE, marker_style
from leapscli.domains.karel.world import World
from leapscli.report.terminal.console import has_colours

Scale = Literal["wide", "narrow", "half", "quarter"]
KAREL_ARROWS = "▲▶▼◀"
TALL = 30  # rows of cells that may be stretched to twice their width
PAGE = 60  # lines that a printed world may take before it is drawn smaller
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_CELLS: dict[Scale, tuple[float, float]] = {"wide": (1, 2), "narrow": (1, 1), "half": (0.5, 1), "quarter": (0.5, 0.5)}

Pixel = tuple[str, str]  # a character (or two) and its style


class Size(NamedTuple):
    """Room on the screen, in lines and columns."""

    lines: int
    columns: int


def page(console: Console) -> Size:
    """The room for a printed world: the terminal's width and PAGE lines; elsewhere as much as it needs."""
    return Size(PAGE, console.width) if console.is_terminal else Size(sys.maxsize, sys.maxsize)


def scale_for(height: int, width: int, room: Size) -> Scale | None:
    """The largest scale at which height × width cells fit, if any does."""
    for scale, (lines, columns) in _CELLS.items():
        fits = np.ceil(height * lines) <= room.lines and np.ceil(width * columns) <= room.columns
        if fits and (scale != "narrow" or height <= TALL):
            return scale
    return None


def rank(scale: Scale | None) -> int:
    """Smaller is more legible; what fits at no scale comes last."""
    return len(_CELLS) if scale is None else list(_CELLS).index(scale)


def draw_world(world: Any, room: Size, *, colours: bool = True) -> Text:
    """The world as large as `room` allows; cut to the part around Karel, and saying so, where no scale fits."""
    if isinstance(world, GridWorld):
        return _draw_grid(world, room, colours)
    if not isinstance(world, World):  # an environment draws itself
        return Text.from_ansi(world.drawn) if colours else Text(str(world), no_wrap=True, overflow="crop")
    lines = str(world).splitlines()
    if not colours and len(lines) <= room.lines and world.width <= room.columns:
        return Text("\n".join(lines), no_wrap=True, overflow="ignore")
    scale = scale_for(world.height, world.width, room) if colours else None
    cells, (row, column, facing) = _cells(world), world.agent
    if scale:
        return _assemble(_rows(cells, (row, column, facing), scale))
    top, bottom = _window(world.height, room.lines - 1, row)
    left, right = _window(world.width, room.columns, column)
    if colours:
        rows = _rows(cells[top:bottom, left:right], (row - top, column - left, facing), "narrow")
    else:
        rows = [[(line[left:right], "")] for line in lines[top:bottom]]
    note = f"rows {top}–{bottom - 1}, columns {left}–{right - 1} of {world.height}×{world.width}"
    return _assemble([*rows, [(note[: room.columns], "dim")]])


def _draw_grid(world: GridWorld, room: Size, colours: bool) -> Text:
    """A grid world's text, in the colours of its cells; cut to the part around the agent where it does not fit."""
    looks, place = world.looks, world.place()
    if not colours:
        return Text("\n".join(str(world).splitlines()[: room.lines]), no_wrap=True, overflow="crop")
    row, column = place[:2] if place else (0, 0)
    top, bottom = _window(world.height, room.lines - 1, row)
    left, right = _window(world.width, room.columns // looks.width, column)
    rows: list[list[Pixel]] = []
    for r in range(top, bottom):
        values = world.cells[r, left:right].tolist()
        rows.append([(looks.glyph(value), _grid_style(looks.glyph(value), looks.colour(value))) for value in values])
        if place and r == row:
            rows[-1][column - left] = (looks.agent(place[2]), KAREL_STYLE)
    return _assemble([*rows, [(f"agent {' '.join(map(str, world.agent))}", "dim")]])


def _grid_style(glyph: str, colour: str) -> str:
    return (
        FREE_STYLE
        if glyph.strip() in ("", ".")
        else f"bold {'#262c36' if _is_light(colour) else '#ffffff'} on {colour}"
    )


def _is_light(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.3 * red + 0.6 * green + 0.1 * blue > 140


def before_and_after(before: Any, after: Any, console: Console) -> RenderableType:
    """Both worlds under their names, side by side where that costs no more than legibility allows, else stacked."""
    colours, whole = has_colours(console), page(console)
    pane = Size(whole.lines, (console.width - 4) // 2)
    together = before.width <= pane.columns
    if colours:
        # Half the page for each, one below the other; worth it where cells then come out larger.
        apart, beside = (
            scale_for(before.height, before.width, room) for room in (whole._replace(lines=PAGE // 2), pane)
        )
        together = beside is not None and rank(beside) <= rank(apart)
    room = pane if together else whole
    views = [draw_world(world, room, colours=colours) for world in (before, after)]
    names = [Text(name, style="dim") for name in ("before", "after")]
    if not together:
        return Group(names[0], views[0], names[1], views[1])
    table = Table.grid(padding=(0, 4, 0, 0))
    table.add_row(*names)
    table.add_row(*views)
    return table


def _cells(world: World) -> NDArray[np.uint8]:
    return np.where(world.walls, np.uint8(WALL), world.markers)


def _window(extent: int, room: int, centre: int) -> tuple[int, int]:
    """The part [start, stop) of `extent` cells that has `room` and holds `centre` as near its middle as can be."""
    room = max(1, min(room, extent))
    start = min(max(0, centre - room // 2), extent - room)
    return start, start + room


def _assemble(rows: Iterable[Iterable[Pixel]]) -> Text:
    """Rows of pixels to one text; neighbours of one style become one span, which makes large worlds quick to draw."""
    text = Text(no_wrap=True, overflow="crop")
    for number, row in enumerate(rows):
        run, style = "\n" if number else "", ""
        for characters, its_style in row:
            if its_style != style:
                text.append(run, style)
                run, style = "", its_style
            run += characters
        text.append(run, style)
    return text


def _rows(cells: NDArray[np.uint8], agent: tuple[int, int, int], scale: Scale) -> list[list[Pixel]]:
    if scale in ("wide", "narrow"):
        return [[_cell(int(value), agent[2] if (r, c) == agent[:2] else None, scale == "wide")
                 for c, value in enumerate(line)] for r, line in enumerate(cells)]  # fmt: skip
    step = 2 if scale == "quarter" else 1
    height, width = cells.shape
    padded = np.zeros((height + height % 2, width + width % step), np.uint8)
    padded[:height, :width] = cells
    rows = []
    for r in range(0, height, 2):
        line = [_block(padded[r : r + 2, c : c + step]) for c in range(0, width, step)]
        if agent[0] // 2 == r // 2:
            line[agent[1] // step] = (KAREL_ARROWS[agent[2]], KAREL_STYLE)
        rows.append(line)
    return rows


def _cell(value: int, facing: int | None, wide: bool) -> Pixel:
    """One cell at the scales that show digits."""
    if facing is not None:
        return (KAREL_ARROWS[facing] + (str(value) if value else " "))[: 1 + wide], KAREL_STYLE
    if value == WALL:
        return "█" * (1 + wide), WALL_STYLE
    if value == 0:
        return "· "[: 1 + wide], FREE_STYLE
    if wide:
        return "◆" + (str(value) if value > 1 else " "), marker_style(value)
    return ("◆" if value == 1 else str(value)), marker_style(value)


def _block(cells: NDArray[np.uint8]) -> Pixel:
    """Two or four cells in one character, which has two colours: of markers before walls, of walls before floor."""
    marked, walls = (cells > 0) & (cells != WALL), cells == WALL
    if not marked.any():
        return _shape(walls), WALL_STYLE
    style = marker_style(int(cells[marked].max()))
    if cells.size == 2 and marked.all():
        return "▀", f"{style} on {marker_style(int(cells[1, 0]))}" if cells[0, 0] != cells[
            1, 0
        ] else f"{style} on {style}"
    return _shape(marked), f"{style} on {WALL_STYLE}" if 2 * walls.sum() >= (~marked).sum() > 0 else style


def _shape(cells: NDArray[np.bool_]) -> str:
    """The block character whose quarters are `cells` [2, 1 or 2]."""
    a, b, c, d = cells[0, 0], cells[0, -1], cells[1, 0], cells[1, -1]
    return _QUADRANTS[a + 2 * b + 4 * c + 8 * d]
