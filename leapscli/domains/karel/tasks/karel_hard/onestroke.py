"""Visit every cell once; what is left behind becomes wall. (HPRL, appendix: OneStroke.)"""

from leapscli.domains.karel.actions import MOVE
from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than, room

SIZE = (8, 8)
LEFT, CELLS = range(2)  # in memory: cells not yet visited, and free cells at the start

check = no_smaller_than(3, 4)


def draw(rng, height, width):
    """An empty room, Karel anywhere."""
    return room(height, width, facing_east(int(rng.integers(1, height - 1)), int(rng.integers(1, width - 1))))


def memory(world):
    """Cells to visit, and all free cells."""
    free = int((~world.walls).sum())
    return [free - 1, free]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1/(cells - 1) for every new cell entered."""
    if action != MOVE or not changed:
        return 0.0, False
    cells[pos - ahead] = WALL
    memory[LEFT] -= 1
    return 1.0 / (memory[CELLS] - 1), memory[LEFT] == 0
