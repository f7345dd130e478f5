"""Numbers of Karel's world: headings, markers, sizes, and the parts that a world is made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NORTH, EAST, SOUTH, WEST = range(4)
ARROWS = "^>v<"
MAX_MARKERS = 9
MAX_SIDE = 255
MAX_SEED = 2**64 - 1
WALL = 255  # the value of a wall cell where walls and markers share one array

Agent = tuple[int, int, int]


def offsets(stride: int) -> tuple[int, int, int, int]:
    """From a cell to the one before Karel, by direction, in flat arrays with rows of `stride` cells."""
    return -stride, 1, stride, -1


class Parts(NamedTuple):
    """The arguments of `World`, as a text gives them."""

    walls: NDArray[np.bool_]
    markers: NDArray[np.uint8]
    agent: Agent
    seed: int = 0
