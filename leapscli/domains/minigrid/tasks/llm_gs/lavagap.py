"""Reach the goal in the far corner through the gap in a column of lava. (LLM-GS, appendix: MiniGrid.)"""

from __future__ import annotations

import numpy as np

from leapscli.domains.grid.world import GridWorld
from leapscli.domains.minigrid.domain import minigrid, world
from leapscli.domains.minigrid.objects import EMPTY, GOAL, LAVA
from leapscli.domains.minigrid.rules import FORWARD
from leapscli.domains.minigrid.tasks.helpers import no_smaller_than, room

DOMAIN = minigrid
SIZE = (6, 6)


def check(height: int, width: int) -> str | None:
    """A column between the agent's and the goal's."""
    return no_smaller_than(height, width, (4, 5))


def draw(rng: np.random.Generator, height: int, width: int) -> GridWorld:
    """The agent faces east in the first corner; lava fills a column but for one cell."""
    cells = room(height, width)
    cells[-2, -2] = GOAL
    column, gap = int(rng.integers(2, width - 2)), int(rng.integers(1, height - 1))
    cells[1:-1, column] = LAVA
    cells[gap, column] = EMPTY
    return world(cells, (1, 1, 1))


def reward(action, changed, agent, cells, memory):  # type: ignore[no-untyped-def]
    """1 at the goal, -1 in the lava; either ends the episode."""
    if action != FORWARD or not changed:
        return 0.0, False
    if cells[agent[0], agent[1]] == GOAL:
        return 1.0, True
    if cells[agent[0], agent[1]] == LAVA:
        return -1.0, True
    return 0.0, False
