"""Eat the food, grow, and never bite yourself. (HPRL, appendix: Snake.)"""

import numpy as np

from leapscli.domains.karel.actions import MOVE
from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.tasks.helpers import facing_east, interior, no_smaller_than, padded_index, pick
from leapscli.domains.karel.world import World, border
from leapscli.jit import inline

SIZE = (8, 8)
MEALS = 20
# In memory: the food's cell, meals eaten, cells of the body so far, the state of the random stream, then the body,
# newest cell first. The body is kept in order so that a run that repeats itself is seen to do so.
FOOD, EATEN, BODY, RANDOM, TAIL = range(5)
START_LENGTH = 2
MAX_MARKERS = np.uint8(9)
TAKEN = np.uint8(64)  # added to the cells where food cannot lie while it looks for a place

check = no_smaller_than(4, 5)


def draw(rng, height, width):
    """An empty room, Karel anywhere but in its first and last column, food on another cell; the world has a seed."""
    row, column = int(rng.integers(1, height - 1)), int(rng.integers(2, width - 2))
    markers = np.zeros((height, width), np.uint8)
    free = ~border(height, width)
    free[row, column] = False
    markers[pick(rng, np.argwhere(free))] = 1
    seed = int(rng.integers(1, 2**63))
    return World(border(height, width), markers, facing_east(row, column), seed)


def memory(world):
    """The first marker is the food; no body yet."""
    food = np.argwhere((world.markers > 0) & interior(world))
    where = padded_index(world, *food[0]) if len(food) else 0
    return [where, 0, 0, world.seed, *[0] * (START_LENGTH + MEALS + 1)]


@inline
def _take(cell, cells):
    """Mark a cell as no place for food."""
    if cells[cell] < TAKEN:
        cells[cell] += TAKEN


@inline
def _release(cell, cells):
    """Undo `_take`."""
    if TAKEN <= cells[cell] < WALL:
        cells[cell] -= TAKEN


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1/20 a meal; -1 for biting the body."""
    if action != MOVE or not changed:
        return 0.0, False
    for i in range(memory[BODY]):
        if memory[TAIL + i] == pos:
            return -1.0, True
    behind = pos - ahead
    for i in range(memory[BODY], 0, -1):
        memory[TAIL + i] = memory[TAIL + i - 1]
    memory[TAIL] = behind
    memory[BODY] += 1
    if cells[behind] < MAX_MARKERS:
        cells[behind] += np.uint8(1)
    gain = 0.0
    if pos == memory[FOOD]:
        gain = 1.0 / MEALS
        memory[EATEN] += 1
        cells[pos] = 0
    if memory[BODY] > START_LENGTH - 1 + memory[EATEN]:
        memory[BODY] -= 1
        released = memory[TAIL + memory[BODY]]
        memory[TAIL + memory[BODY]] = 0
        if cells[released] > 0:
            cells[released] -= np.uint8(1)
    if gain == 0.0:
        return 0.0, False
    if memory[EATEN] == MEALS:
        return gain, True
    _take(pos, cells)
    for i in range(memory[BODY]):
        _take(memory[TAIL + i], cells)
    free = 0
    for i in range(cells.size):
        free += cells[i] < TAKEN
    memory[RANDOM] = (memory[RANDOM] * 6364136223846793005 + 1442695040888963407) & 0x7FFFFFFFFFFFFFFF
    chosen = ((memory[RANDOM] >> 31) * free) >> 32
    for i in range(cells.size):
        if cells[i] < TAKEN:
            if chosen == 0:
                memory[FOOD] = i
                if cells[i] < MAX_MARKERS:
                    cells[i] += np.uint8(1)
                break
            chosen -= 1
    _release(pos, cells)
    for i in range(memory[BODY]):
        _release(memory[TAIL + i], cells)
    return gain, free == 0
