"""Helpers that several tasks share: rooms, and places in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.minigrid.objects import EMPTY, WALL


def room(height: int, width: int) -> NDArray[np.uint8]:
    """An empty room within a wall, uint8[H, W]."""
    cells = np.full((height, width), WALL, np.uint8)
    cells[1:-1, 1:-1] = EMPTY
    return cells


def free(cells: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The empty cells [K, 2]."""
    return np.argwhere(cells == EMPTY)


def pick(rng: np.random.Generator, places: NDArray[np.int64]) -> tuple[int, int]:
    """One of `places` [K, 2], uniformly."""
    row, column = places[rng.integers(len(places))]
    return int(row), int(column)


def no_smaller_than(height: int, width: int, least: tuple[int, int]) -> str | None:
    """The reason why a size makes no sense, if it does not."""
    small = height < least[0] or width < least[1]
    return f"it needs at least {least[0]}×{least[1]}" if small else None
