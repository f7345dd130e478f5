"""Climb the stairs to the marker, never leaving them. (LEAPS, appendix: StairClimber.)"""

import numpy as np

from leapscli.domains.karel.tasks.helpers import facing_east, no_smaller_than
from leapscli.domains.karel.world import World, border

SIZE = (12, 12)
OFF, ON, GOAL = 0, 1, 2


def check(height, width):
    """The staircase must fit under the ceiling."""
    return no_smaller_than(4, 4)(height, width) or ("it must not be wider than high" if width > height else None)


def draw(rng, height, width):
    """Karel on a stair but the last, the marker on a later one, both uniform."""
    walls = border(height, width)
    for i in range(1, width - 2):
        walls[height - 1 - i, i + 1 : i + 3] = True
    start = int(rng.integers(1, width - 2))
    goal = int(rng.integers(start + 1, width - 1))
    markers = np.zeros((height, width), np.uint8)
    markers[height - 1 - goal, goal] = 1
    return World(walls, markers, facing_east(height - 1 - start, start))


def zones(world):
    """The stairs and the cells directly above them; the marker's cell is the goal."""
    zone = np.full(world.walls.shape, OFF, np.uint8)
    for i in range(1, min(world.width, world.height) - 1):
        zone[world.height - 1 - i, i] = ON
        if i < world.width - 2:
            zone[world.height - 2 - i, i] = ON
    zone[world.markers > 0] = GOAL
    return zone


def reward(action, changed, pos, ahead, cells, zone, memory):
    """1 on the marker's cell; -1 off the stairs."""
    if zone[pos] == GOAL:
        return 1.0, True
    if zone[pos] == OFF:
        return -1.0, True
    return 0.0, False
