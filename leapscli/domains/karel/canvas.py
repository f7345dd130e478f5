"""Worlds as images (pillow), repainted where they change: what PNG, GIF and environments draw with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.colours import KAREL, KAREL_EDGE, WALL_EDGE
from leapscli.domains.karel.sprites import Atlas

RINGED = 24  # pixels a cell up to which Karel is ringed


def cell_size(height: int, width: int) -> int:
    """Pixels a cell: large in small worlds, and never so many that a world takes more than some 1,200."""
    return max(4, min(48, 1200 // max(height, width)))


class Canvas:
    """A world's image that follows the world: `show` repaints only the cells that changed."""

    def __init__(self, height: int, width: int, cell: int | None = None) -> None:
        self.atlas = Atlas(cell or cell_size(height, width))
        self.image = Image.new("RGB", (width * self.atlas.size + 1, height * self.atlas.size + 1), WALL_EDGE)
        self._shown = np.full((height, width), -1, np.int16)

    def show(self, cells: NDArray[np.uint8], agent: Sequence[int]) -> Image.Image:
        """The world with `cells` uint8[H, W] (255 wall) and Karel at `agent`; the image may be this canvas's own."""
        wanted = cells.astype(np.int16)
        row, column, facing = agent
        wanted[row, column] += 256 * (facing + 1)
        size = self.atlas.size
        changed = np.argwhere((wanted != self._shown) | _beside((wanted == WALL) != (self._shown == WALL)))
        for r, c in changed.tolist():
            value = int(wanted[r, c])
            tile = self.atlas.tile(value % 256, value // 256 - 1 if value >= 256 else None)
            self.image.paste(tile, (c * size, r * size))
        for r, c in changed.tolist():
            self._shade(cells, r, c)
        self._shown = wanted
        return self.image if size > RINGED else self._ringed(row, column)

    def samples(self) -> list[Image.Image]:
        """Tiles that show every colour there may be."""
        return [self.atlas.tile(value, facing) for value in range(10) for facing in (None, 0, 1, 2, 3)]

    def _ringed(self, row: int, column: int) -> Image.Image:
        """A copy with a ring around Karel, who is hard to find in a large world."""
        image, s = self.image.copy(), self.atlas.size
        x, y, radius = (column + 0.5) * s, (row + 0.5) * s, max(12, 2 * s)
        pen = ImageDraw.Draw(image)
        for width, colour in ((5, KAREL_EDGE), (3, KAREL)):
            grown = radius + width / 2
            pen.ellipse((x - grown, y - grown, x + grown, y + grown), outline=colour, width=width)
        return image

    def _shade(self, cells: NDArray[np.uint8], row: int, column: int) -> None:
        """A dark rim where a wall meets the floor, drawn on the wall's side."""
        if cells[row, column] != WALL or self.atlas.size < 8:
            return
        draw, s, rim = ImageDraw.Draw(self.image), self.atlas.size, max(1, self.atlas.size // 16)
        x, y = column * s, row * s
        sides = {
            (-1, 0): (x, y, x + s - 1, y + rim - 1),
            (1, 0): (x, y + s - rim, x + s - 1, y + s - 1),
            (0, -1): (x, y, x + rim - 1, y + s - 1),
            (0, 1): (x + s - rim, y, x + s - 1, y + s - 1),
        }
        for (down, right), box in sides.items():
            r, c = row + down, column + right
            if 0 <= r < cells.shape[0] and 0 <= c < cells.shape[1] and cells[r, c] != WALL:
                draw.rectangle(box, WALL_EDGE)


def _beside(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The four neighbours of the cells that are set; where a wall comes or goes, its neighbours' rims do."""
    padded = np.pad(cells, 1)
    return padded[2:, 1:-1] | padded[:-2, 1:-1] | padded[1:-1, 2:] | padded[1:-1, :-2]


def world_image(world: Any, cell: int | None = None) -> Image.Image:
    """One world as an image."""
    canvas = Canvas(world.height, world.width, cell)
    return canvas.show(world.cells, world.agent)
