"""Put markers onto every cell that is not next to the border. (LLM-GS, appendix: WallAvoider.)"""

import numpy as np

from leapscli.domains.karel.actions import PICK_MARKER, PUT_MARKER
from leapscli.domains.karel.tasks.helpers import no_smaller_than, room

SIZE = (8, 5)
MARKERS, CELLS = range(2)  # in memory: markers on allowed cells, and allowed cells

check = no_smaller_than(5, 5)


def draw(rng, height, width):
    """An empty room, Karel anywhere, facing anywhere."""
    place = (int(rng.integers(1, height - 1)), int(rng.integers(1, width - 1)), int(rng.integers(4)))
    return room(height, width, place)


def zones(world):
    """The cells at least two away from the outermost ring."""
    zone = np.zeros(world.walls.shape, np.uint8)
    zone[2:-2, 2:-2] = 1
    return zone


def memory(world):
    """Markers on allowed cells, and allowed cells."""
    allowed = zones(world) == 1
    return [int(world.markers[allowed].sum()), int(allowed.sum())]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1/cells a marker put down away from the border; -1 next to it, for a second one, or for one picked up."""
    if action == PUT_MARKER and changed:
        if zone[pos] == 0 or cells[pos] > 1:
            return -1.0, True
        memory[MARKERS] += 1
        return 1.0 / memory[CELLS], memory[MARKERS] == memory[CELLS]
    if action == PICK_MARKER and changed:
        return -1.0, True
    return 0.0, False
