"""Find the marker in a random maze. (LEAPS, appendix: Maze.)"""

import numpy as np

from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than, pick
from leapscli.domains.karel.world import World

SIZE = (8, 8)

check = no_smaller_than(5, 5)


def draw(rng, height, width):
    """Depth-first carving in steps of two cells from Karel's corner; the marker on any other free cell."""
    walls = np.ones((height, width), np.bool_)
    start = (height - 2, 1)
    walls[start] = False
    path = [start]
    while path:
        row, column = path[-1]
        ways = [(row + dr, column + dc) for dr, dc in ((-2, 0), (0, 2), (2, 0), (0, -2))]
        ways = [(r, c) for r, c in ways if 0 < r < height - 1 and 0 < c < width - 1 and walls[r, c]]
        if not ways:
            path.pop()
            continue
        r, c = ways[rng.integers(len(ways))]
        walls[r, c] = walls[(row + r) // 2, (column + c) // 2] = False
        path.append((r, c))
    free = ~walls
    free[start] = False
    markers = np.zeros((height, width), np.uint8)
    markers[pick(rng, np.argwhere(free))] = 1
    return World(walls, markers, facing_east(*start))


def zones(world):
    """The marker's cell."""
    return (world.markers > 0).astype(np.uint8)


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1 on the marker's cell, and done."""
    if zone[pos] == 1:
        return 1.0, True
    return 0.0, False
