"""Put one marker onto every cell. (HPRL, appendix: Seeder.)"""

from leapscli.domains.karel.actions import PICK_MARKER, PUT_MARKER
from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than, room

SIZE = (8, 8)
MARKERS, CELLS = range(2)  # in memory: markers, and free cells

check = no_smaller_than(3, 5)


def draw(rng, height, width):
    """An empty room, Karel anywhere but in its first and last column."""
    return room(height, width, facing_east(int(rng.integers(1, height - 1)), int(rng.integers(2, width - 2))))


def memory(world):
    """Markers, and cells to seed."""
    return [int(world.markers.sum()), int((~world.walls).sum())]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1/cells a marker put down; -1 for a second one on a cell, or one picked up."""
    if action == PUT_MARKER and changed:
        if cells[pos] > 1:
            return -1.0, True
        memory[MARKERS] += 1
        return 1.0 / memory[CELLS], memory[MARKERS] == memory[CELLS]
    if action == PICK_MARKER and changed:
        return -1.0, True
    return 0.0, False
