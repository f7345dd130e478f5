"""The tiles that pictures of worlds are laid with, drawn once for a cell size: floor, wall, markers, Karel.

Each is drawn at several times its size and scaled down, which smooths its edges; a world is then pasted from them, so
that a frame of an animation costs only the cells that changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from leapscli.domains.karel.cells import WALL as WALL_CELL
from leapscli.domains.karel.colours import FLOOR, GRID, KAREL, KAREL_EDGE, MARKER, MARKER_EDGE, MARKER_INK, WALL, Colour

SMOOTH = 6  # drawn this much larger
COUNT_FROM = 10  # pixels a cell from which counts are written; below, colour alone tells them
ROOMY = 18  # pixels a cell from which a cell has room for Karel, a marker and a count together
_HOT: Colour = (214, 69, 20)  # nine markers

Draw = ImageDraw.ImageDraw
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def font(size: int) -> Font:
    """The font that comes with pillow, at a size in pixels."""
    return ImageFont.load_default(size=max(6, size))


class Atlas:
    """Tiles of `size` × `size` pixels."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._tiles: dict[tuple[int, int | None], Image.Image] = {}

    def tile(self, value: int, facing: int | None = None) -> Image.Image:
        """The picture of a cell that holds `value` (markers, 255 for wall), and Karel `facing` a direction if there."""
        key = (value, facing)
        if key not in self._tiles:
            self._tiles[key] = _smooth(self.size, lambda draw, s: _cell(draw, s, value, facing))
            self._write_count(self._tiles[key], value, facing)
        return self._tiles[key]

    def _write_count(self, tile: Image.Image, value: int, facing: int | None) -> None:
        """Digits are set at their final size, where the font's own smoothing is sharper."""
        if value in (0, WALL_CELL) or self.size < COUNT_FROM or (value == 1 and facing is None):
            return
        draw, s = ImageDraw.Draw(tile), self.size
        if facing is None:
            share = 0.5 if s >= ROOMY else 0.85
            draw.text((s / 2 + 0.5, s / 2), str(value), MARKER_INK, font(round(s * share)), anchor="mm")
        elif s >= ROOMY:
            draw.text((s * 0.82, s * 0.19), str(value), MARKER_INK, font(round(s * 0.34)), anchor="mm")


def _smooth(size: int, paint: Callable[[Draw, float], None]) -> Image.Image:
    large = Image.new("RGB", (size * SMOOTH, size * SMOOTH), FLOOR)
    paint(ImageDraw.Draw(large), size * SMOOTH)
    return large.resize((size, size), Image.Resampling.BOX)


def _cell(draw: Draw, s: float, value: int, facing: int | None) -> None:
    if value == WALL_CELL:
        draw.rectangle((0, 0, s, s), WALL)
        return
    draw.line((0, 0, s, 0), GRID, 2 * SMOOTH)
    draw.line((0, 0, 0, s), GRID, 2 * SMOOTH)
    roomy = s >= ROOMY * SMOOTH
    if value and (roomy or facing is None):
        _marker(draw, s, value, roomy, beneath=facing is not None)
    if facing is None:
        return
    if not roomy:
        draw.rectangle((0, 0, s, s), KAREL)
        _arrow(draw, s, facing, KAREL_EDGE, 1.15)
        return
    _arrow(draw, s, facing, KAREL, 1.0)
    if value:
        _disc(draw, s * 0.82, s * 0.19, s * 0.19)


def _marker(draw: Draw, s: float, value: int, roomy: bool, *, beneath: bool) -> None:
    """A diamond; more markers make it larger and hotter, and in small cells a square that has room for the digit."""
    fill = _between(MARKER, _HOT, max(0, value - 1) / 8 * (0.35 if roomy else 0.7))
    if value > 1 and not roomy:
        draw.rectangle((SMOOTH, SMOOTH, s, s), fill)
        return
    radius, middle = s * (0.47 if beneath else 0.40 if value > 1 or not roomy else 0.30), s / 2
    tips = [(middle, middle - radius), (middle + radius, middle), (middle, middle + radius), (middle - radius, middle)]
    draw.polygon(tips, fill, MARKER_EDGE, max(1, round(s * 0.035)))


def _disc(draw: Draw, x: float, y: float, radius: float) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), MARKER, MARKER_EDGE, max(1, round(radius * 0.15)))


def _arrow(draw: Draw, s: float, facing: int, colour: Colour, grow: float) -> None:
    """A notched arrowhead; its white edge sets it off from the markers beneath."""
    north = [(0.0, -0.40), (0.34, 0.35), (0.0, 0.24), (-0.34, 0.35)]
    points = [_turned(x, y, facing, s, grow) for x, y in north]
    draw.line([*points, *points[:2]], KAREL_EDGE, round(s * 0.09), joint="curve")
    draw.polygon(points, colour)


def _turned(x: float, y: float, facing: int, s: float, grow: float) -> tuple[float, float]:
    """A point of the arrowhead that points north, turned clockwise by `facing` quarters and moved to the cell."""
    for _ in range(facing):
        x, y = -y, x
    return s / 2 + x * s * grow, s / 2 + y * s * grow


def _between(a: Colour, b: Colour, share: float) -> Colour:
    r, g, blue = (round(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return r, g, blue
