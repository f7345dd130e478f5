"""Put a second marker onto every marked cell of the bottom row. (LEAPS, appendix: TopOff.)"""

import numpy as np

from leapscli.domains.karel.actions import PICK_MARKER, PUT_MARKER
from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than, require, room, subset

SIZE = (12, 12)
MARKERS, TOPPED, MARKED = range(3)  # in memory: markers in the world, cells at exactly 2, cells to top off

check = no_smaller_than(3, 6)


def draw(rng, height, width):
    """k markers on distinct cells of the bottom row, k uniform in 1..W-4; Karel at its left end."""
    k = int(rng.integers(1, width - 3))
    columns = subset(rng, np.arange(2, width - 1), k)
    return room(height, width, facing_east(height - 2, 1), [(height - 2, int(c)) for c in columns])


def zones(world):
    """The cells that hold markers at the start."""
    return (world.markers > 0).astype(np.uint8)


def memory(world):
    """Markers, topped cells, marked cells."""
    require(bool(world.markers.any()), "no cell is marked")
    return [int(world.markers.sum()), int((world.markers == 2).sum()), int((world.markers > 0).sum())]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1/k a cell topped off; -1 for a marked cell emptied or a marker too many."""
    topped = 0
    if action == PUT_MARKER and changed:
        memory[MARKERS] += 1
        if zone[pos] == 1:
            topped = (1 if cells[pos] == 2 else 0) - (1 if cells[pos] == 3 else 0)
    elif action == PICK_MARKER and changed:
        memory[MARKERS] -= 1
        if zone[pos] == 1:
            if cells[pos] == 0:
                return -1.0, True
            topped = (1 if cells[pos] == 2 else 0) - (1 if cells[pos] == 1 else 0)
    memory[TOPPED] += topped
    if memory[MARKERS] > memory[TOPPED] + memory[MARKED]:
        return -1.0, True
    return topped / memory[MARKED], memory[TOPPED] == memory[MARKED]
