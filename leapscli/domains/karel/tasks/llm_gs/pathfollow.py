"""Pick up the markers along a path, never straying from it. (LLM-GS, appendix: PathFollow.)"""

import numpy as np

from leapscli.domains.karel.cells import NORTH
from leapscli.domains.karel.tasks.helpers import no_smaller_than, room
from leapscli.domains.karel.tasks.leaps import harvester
from leapscli.domains.karel.tasks.leaps.harvester import memory
from leapscli.jit import inline

__all__ = ["SIZE", "check", "draw", "memory", "reward", "zones"]

SIZE = (8, 8)

check = no_smaller_than(4, 4)
_harvest = inline(harvester.reward)


def draw(rng, height, width):
    """A random monotone path from the lower left to the upper right corner, marked; Karel at its beginning."""
    ups = rng.permutation(np.arange(height + width - 6) < height - 3)
    row, column = height - 2, 1
    path = [(row, column)]
    for up in ups:
        row, column = (row - 1, column) if up else (row, column + 1)
        path.append((row, column))
    return room(height, width, (height - 2, 1, NORTH), path)


def zones(world):
    """The path (the cells that hold markers at the start) and the cells orthogonally next to it."""
    path = np.pad(world.markers > 0, 1)
    near = path[1:-1, 1:-1] | path[:-2, 1:-1] | path[2:, 1:-1] | path[1:-1, :-2] | path[1:-1, 2:]
    return near.astype(np.uint8)


def reward(action, changed, pos, ahead, cells, zone, memory):
    """The same as harvester; -1 off the path."""
    if zone[pos] == 0:
        return -1.0, True
    return _harvest(action, changed, pos, ahead, cells, zone, memory)
