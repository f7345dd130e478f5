"""Sweep up the dirt, and keep off the rug.

A task of one's own: `leaps synthesize --task docs/examples/sweeper.py`. Dirt (markers) lies along the walls of a room;
in its middle lies a rug. docs/tasks.md explains the parts of this file.
"""

import numpy as np

from leapscli.tasks.kit import PICK_MARKER, PUT_MARKER, facing_east, no_smaller_than, room

SIZE = (8, 8)  # height and width, walls included
DIRT = 6

FLOOR, RUG = 0, 1  # what zones() says of a cell
LEFT, TOTAL = 0, 1  # what the numbers of memory() are

check = no_smaller_than(7, 7)


def draw(rng, height, width):
    """Dirt on random cells along the walls, Karel in the lower left corner, facing east."""
    rows, columns = range(1, height - 1), range(1, width - 1)
    edge = [(r, c) for r in rows for c in columns if r in (1, height - 2) or c in (1, width - 2)]
    edge.remove((height - 2, 1))
    dirty = [edge[i] for i in rng.choice(len(edge), DIRT, replace=False)]
    return room(height, width, facing_east(height - 2, 1), dirty)


def zones(world):
    """The rug covers all that is at least three cells off the outside."""
    zone = np.full((world.height, world.width), FLOOR, np.uint8)
    zone[3:-3, 3:-3] = RUG
    return zone


def memory(world):
    """Dirt left, and at the start."""
    dirt = int(world.markers.sum())
    return [dirt, dirt]


def swept(memory):
    """The share of one piece of dirt."""
    return 1.0 / memory[TOTAL]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """A share for each piece picked up; -1, and the end, for stepping onto the rug or littering."""
    if zone[pos] == RUG or (action == PUT_MARKER and changed):
        return -1.0, True
    if action == PICK_MARKER and changed:
        memory[LEFT] -= 1
        return swept(memory), memory[LEFT] == 0
    return 0.0, False
