"""Pick up a marker from every cell. (LEAPS, appendix: Harvester.)"""

import numpy as np

from leapscli.domains.karel.actions import PICK_MARKER, PUT_MARKER
from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than
from leapscli.domains.karel.world import World, border

SIZE = (8, 8)
MARKERS, INITIAL = range(2)  # in memory: markers left, and at the start

check = no_smaller_than(3, 5)


def draw(rng, height, width):
    """A marker on every interior cell, Karel somewhere on the bottom row."""
    walls = border(height, width)
    return World(walls, (~walls).astype(np.uint8), facing_east(height - 2, int(rng.integers(2, width - 2))))


def memory(world):
    """Markers left, and at the start."""
    return [int(world.markers.sum())] * 2


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1/M0 a marker picked; -1 for one put down."""
    if action == PICK_MARKER and changed:
        memory[MARKERS] -= 1
        return 1.0 / memory[INITIAL], memory[MARKERS] == 0
    if action == PUT_MARKER and changed:
        return -1.0, True
    return 0.0, False
