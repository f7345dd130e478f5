"""Pick up the ball and drop it beside the box. (LLM-GS, appendix: MiniGrid.)"""

from __future__ import annotations

import numpy as np

from leapscli.domains.grid.world import GridWorld
from leapscli.domains.minigrid.domain import minigrid, world
from leapscli.domains.minigrid.objects import COLOURS, PER_TYPE, TYPES, cell
from leapscli.domains.minigrid.rules import DROP, PICKUP
from leapscli.domains.minigrid.tasks.helpers import free, no_smaller_than, pick, room

DOMAIN = minigrid
SIZE = (6, 6)
_BALL, _BOX = TYPES["ball"], TYPES["box"]


def check(height: int, width: int) -> str | None:
    """Room for two things that do not touch."""
    return no_smaller_than(height, width, (4, 5))


def draw(rng: np.random.Generator, height: int, width: int) -> GridWorld:
    """A ball and a box of random colours, not adjacent; the agent anywhere."""
    cells, names = room(height, width), tuple(COLOURS)
    ball, box = (cell(kind, names[rng.integers(len(names))]) for kind in ("ball", "box"))
    while True:
        (r, c), (row, column) = pick(rng, free(cells)), pick(rng, free(cells))
        if max(abs(r - row), abs(c - column)) > 1:
            break
    cells[r, c], cells[row, column] = ball, box
    return world(cells, (*pick(rng, free(cells)), int(rng.integers(4))))


def memory(state: GridWorld) -> list[int]:
    """1 once the ball was picked up."""
    return [0]


def reward(action, changed, agent, cells, memory):  # type: ignore[no-untyped-def]
    """0.5 for the first time that the ball is picked up, -1 for the box; 0.5 for the ball dropped beside the box."""
    if not changed:
        return 0.0, False
    if action == PICKUP:
        if agent[3] // PER_TYPE != _BALL:
            return -1.0, True
        first = memory[0] == 0
        memory[0] = 1
        return (0.5 if first else 0.0), False
    if action != DROP:
        return 0.0, False
    row = agent[0] + (1 if agent[2] == 2 else 0) - (1 if agent[2] == 0 else 0)
    column = agent[1] + (1 if agent[2] == 1 else 0) - (1 if agent[2] == 3 else 0)
    for r in range(max(row - 1, 0), min(row + 2, cells.shape[0])):
        for c in range(max(column - 1, 0), min(column + 2, cells.shape[1])):
            if cells[r, c] // PER_TYPE == _BOX:
                return 0.5, True
    return 0.0, True
