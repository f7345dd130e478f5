"""Helpers that several tasks share: empty rooms, places in them, and indices of cells for compiled code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.cells import EAST, Agent
from leapscli.domains.karel.world import World, border
from leapscli.errors import TaskError


def room(height: int, width: int, agent: Agent, marked: list[tuple[int, int]] | None = None) -> World:
    """An empty room within a border of wall, single markers on the cells `marked`."""
    markers = np.zeros((height, width), np.uint8)
    for row, column in marked or []:
        markers[row, column] = 1
    return World(border(height, width), markers, agent)


def facing_east(row: int, column: int) -> Agent:
    """Karel at a cell, facing east as in most tasks."""
    return (row, column, EAST)


def padded_index(world: World, row: int, column: int) -> int:
    """The index of a cell in the engine's flattened arrays, which have a ring of wall around the world."""
    return (row + 1) * (world.width + 2) + column + 1


def no_smaller_than(least_height: int, least_width: int) -> Callable[[int, int], str | None]:
    """A size check: at least so many cells, walls included."""

    def check(height: int, width: int) -> str | None:
        small = height < least_height or width < least_width
        return f"it needs at least {least_height}×{least_width}" if small else None

    return check


def require(fits: bool, what: str) -> None:
    """Raise TaskError saying `what` a world of the user's own lacks, unless it `fits`."""
    if not fits:
        raise TaskError(f"not a world for this task: {what}")


def interior(world: World) -> NDArray[np.bool_]:
    """The cells off the outermost ring, bool[H, W]."""
    inside = np.zeros(world.walls.shape, np.bool_)
    inside[1:-1, 1:-1] = True
    return inside


def subset(rng: np.random.Generator, values: NDArray[Any], count: int) -> NDArray[Any]:
    """`count` different ones of `values`, uniformly, of which the order does not matter."""
    listing = getattr(rng, "subset", None)  # where every initial state is listed
    chosen: NDArray[Any] = listing(values, count) if listing else rng.choice(values, count, replace=False)
    return chosen


def pick(rng: np.random.Generator, cells: NDArray[np.int64]) -> tuple[int, int]:
    """One of `cells` [K, 2], uniformly."""
    row, column = cells[rng.integers(len(cells))]
    return int(row), int(column)
