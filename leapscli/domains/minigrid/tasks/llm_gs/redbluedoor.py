"""Open the red door in the left wall, then the blue one in the right. (LLM-GS, appendix: MiniGrid.)"""

from __future__ import annotations

import numpy as np

from leapscli.domains.grid.world import GridWorld
from leapscli.domains.minigrid.domain import minigrid, world
from leapscli.domains.minigrid.objects import CLOSED, OPEN, WALL, cell
from leapscli.domains.minigrid.rules import TOGGLE
from leapscli.domains.minigrid.tasks.helpers import free, no_smaller_than, pick, room

DOMAIN = minigrid
SIZE = (6, 12)
_RED_OPEN, _BLUE_OPEN = cell("door", "red", OPEN), cell("door", "blue", OPEN)


def check(height: int, width: int) -> str | None:
    """A room in the middle, half as wide as the world."""
    if width % 2:
        return "its width is even"
    return no_smaller_than(height, width, (3, 8))


def draw(rng: np.random.Generator, height: int, width: int) -> GridWorld:
    """The agent is in the room in the middle, half as wide as the world; a door in its left wall and in its right."""
    cells, side = room(height, width), width // 2
    left, right = side // 2, side // 2 + side - 1
    cells[:, [left, right]] = WALL
    inner = np.full_like(cells, WALL)
    inner[:, left:right] = cells[:, left:right]
    place = (*pick(rng, free(inner)), int(rng.integers(4)))
    cells[rng.integers(1, height - 1), left] = cell("door", "red", CLOSED)
    cells[rng.integers(1, height - 1), right] = cell("door", "blue", CLOSED)
    return world(cells, place)


def memory(state: GridWorld) -> list[int]:
    """1 once the red door was opened."""
    return [0]


def reward(action, changed, agent, cells, memory):  # type: ignore[no-untyped-def]
    """0.5 for the red door, 0.5 for the blue one while the red one is open; -1 for the blue one otherwise, and the
    end.
    """
    if action != TOGGLE or not changed:
        return 0.0, False
    red = blue = False
    for r in range(cells.shape[0]):
        for c in range(cells.shape[1]):
            red = red or cells[r, c] == _RED_OPEN
            blue = blue or cells[r, c] == _BLUE_OPEN
    if blue:
        return (0.5 if red else -1.0), True
    if red and memory[0] == 0:
        memory[0] = 1
        return 0.5, False
    return 0.0, False
