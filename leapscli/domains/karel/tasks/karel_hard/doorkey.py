"""Take the key, go through the door it opens, and put it onto the goal. (HPRL, appendix: DoorKey.)"""

import numpy as np

from leapscli.domains.karel.actions import PICK_MARKER, PUT_MARKER
from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than, padded_index, pick, require
from leapscli.domains.karel.world import World, border

SIZE = (8, 8)
# In memory: KEY, GOAL and DOOR (its upper cell) are indices, ROW is a row's length.
LOCKED, MARKERS, KEY, GOAL, DOOR, ROW = range(6)
DOOR_ROW = 2

check = no_smaller_than(6, 6)


def _wall_column(width):
    return -(-width // 2)


def _right_of(column, cells):
    """The places from `column` on where `cells` is not zero, [K, 2]."""
    found = np.argwhere(cells)
    return found[found[:, 1] >= column]


def draw(rng, height, width):
    """Two rooms; Karel and the key in the left one, the goal in the right one."""
    column = _wall_column(width)
    walls = border(height, width)
    walls[:, column] = True
    left, right = np.argwhere(~walls[:, :column]), _right_of(column, ~walls)
    key, goal = pick(rng, left), pick(rng, right)
    markers = np.zeros((height, width), np.uint8)
    markers[key] = markers[goal] = 1
    return World(walls, markers, facing_east(*pick(rng, left[(left != key).any(1)])))


def memory(world):
    """Locked, markers, and where key, goal and door are: a marker left of the wall is the key, right of it the goal."""
    column = _wall_column(world.width)
    require(world.height - 1 > DOOR_ROW + 1 and column < world.width - 1, "the door would be in its border")
    left, right = np.argwhere(world.markers[:, :column]), _right_of(column, world.markers)
    places = [padded_index(world, *cells[0]) if len(cells) else 0 for cells in (left, right)]
    return [1, int(world.markers.sum()), *places, padded_index(world, DOOR_ROW, column), world.width + 2]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """A half for taking the key, a half for putting it onto the goal; -1 for any other change of markers."""
    if not changed or (action != PICK_MARKER and action != PUT_MARKER):
        return 0.0, False
    memory[MARKERS] += 1 if action == PUT_MARKER else -1
    if memory[LOCKED] == 1:
        if memory[MARKERS] > 2:
            return -1.0, True
        if cells[memory[KEY]] == 0:
            memory[LOCKED] = 0
            cells[memory[DOOR]] = cells[memory[DOOR] + memory[ROW]] = 0
            return 0.5, False
        return 0.0, False
    if memory[MARKERS] > 1:
        return (0.5 if cells[memory[GOAL]] == 2 else -1.0), True
    if memory[MARKERS] == 0:
        return -1.0, True
    return 0.0, False
