"""Put one marker into each corner. (LEAPS, appendix: FourCorner.)"""

import numpy as np

from leapscli.domains.karel.actions import PICK_MARKER, PUT_MARKER
from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than, require, room

SIZE = (12, 12)
MARKERS, CORNERS = range(2)  # in memory: markers in the world, corners holding one

check = no_smaller_than(4, 5)


def draw(rng, height, width):
    """An empty room, Karel somewhere on the bottom row."""
    return room(height, width, facing_east(height - 2, int(rng.integers(2, width - 2))))


def zones(world):
    """The corners of the interior."""
    require(min(world.walls.shape) >= 3, "it has no corners within a border")
    zone = np.zeros(world.walls.shape, np.uint8)
    zone[np.ix_([1, -2], [1, -2])] = 1
    return zone


def memory(world):
    """Markers, and corners that hold one."""
    return [int(world.markers.sum()), int((world.markers[zones(world) == 1] > 0).sum())]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """A quarter for a corner filled, back again when emptied; -1 for a marker too many."""
    filled = 0
    if action == PUT_MARKER and changed:
        memory[MARKERS] += 1
        if zone[pos] == 1 and cells[pos] == 1:
            filled = 1
    elif action == PICK_MARKER and changed:
        memory[MARKERS] -= 1
        if zone[pos] == 1 and cells[pos] == 0:
            filled = -1
    memory[CORNERS] += filled
    if memory[MARKERS] > memory[CORNERS]:
        return -1.0, True
    return filled / 4.0, memory[CORNERS] == 4
