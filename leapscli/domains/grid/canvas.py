"""Grid worlds as images (pillow): a coloured square a cell with its text, the agent as an arrowhead or a disc."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

GRID, INK, AGENT, EDGE = "#e4ded2", "#262c36", "#d62839", "#ffffff"
SMOOTH = 4  # the agent is drawn this much larger
WRITTEN = 10  # pixels a cell from which its text is written


class GridCanvas:
    """The image of a `GridWorld` that follows it: `show` repaints only the cells that changed."""

    def __init__(self, world: Any, cell: int) -> None:
        self.start, self.size = world, cell
        self.image = Image.new("RGB", (world.width * cell + 1, world.height * cell + 1), GRID)
        self._shown = np.full((world.height, world.width), -1, np.int16)
        self._font = ImageFont.load_default(size=max(6, round(0.5 * cell / world.looks.width**0.5)))

    def show(self, cells: NDArray[np.uint8], agent: Sequence[int]) -> Image.Image:
        """The world with `cells` uint8[H, W] and its agent; the image is this canvas's own."""
        wanted, place = cells.astype(np.int16), self.start.changed(cells, agent).place()
        if place:
            facing = 4 if place[2] is None else place[2]
            wanted[place[0], place[1]] += 256 * (facing + 1)
        for r, c in np.argwhere(wanted != self._shown).tolist():
            value, whole = int(wanted[r, c]) % 256, int(wanted[r, c])
            self.image.paste(self._tile(value, whole // 256 - 1), (c * self.size, r * self.size))
        self._shown = wanted
        return self.image

    def samples(self) -> list[Image.Image]:
        """Tiles that show every colour there may be."""
        looks = self.start.looks
        values = {*np.unique(self.start.cells).tolist(), *looks.colours, *looks.glyphs}
        return [self._tile(value, facing) for value in sorted(values) for facing in (-1, 0, 4)]

    def _tile(self, value: int, facing: int) -> Image.Image:
        looks, s = self.start.looks, self.size
        tile = Image.new("RGB", (s, s), looks.colour(value))
        pen = ImageDraw.Draw(tile)
        pen.line((0, 0, s, 0), GRID)
        pen.line((0, 0, 0, s), GRID)
        text = looks.glyph(value).strip()
        if text not in ("", ".") and s >= WRITTEN and facing < 0:
            red, green, blue = ImageColor.getrgb(looks.colour(value))[:3]
            ink = INK if 0.3 * red + 0.6 * green + 0.1 * blue > 110 else EDGE
            pen.text((s / 2, s / 2), text, ink, self._font, anchor="mm")
        if facing >= 0:
            self._agent(tile, facing)
        return tile

    def _agent(self, tile: Image.Image, facing: int) -> None:
        s = self.size * SMOOTH
        large, mask = Image.new("RGB", (s, s), AGENT), Image.new("L", (s, s), 0)
        pen = ImageDraw.Draw(mask)
        if facing > 3:
            pen.ellipse((0.2 * s, 0.2 * s, 0.8 * s, 0.8 * s), 255)
        else:
            points = [(0.0, -0.40), (0.34, 0.35), (0.0, 0.24), (-0.34, 0.35)]
            for _ in range(facing):
                points = [(-y, x) for x, y in points]
            pen.polygon([(s / 2 + x * s, s / 2 + y * s) for x, y in points], 255)
        small = (self.size, self.size)
        tile.paste(large.resize(small), (0, 0), mask.resize(small, Image.Resampling.BOX))
