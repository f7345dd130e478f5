"""Karel's five actions, compiled into the engine: each takes (agent, cells) and gives (agent, whether it did anything).

An agent is (pos, ahead, left): his place in the flattened cells, and the offsets from there to the cells ahead and to
the left, uint64 that wrap. Cells hold markers, 0 to 9, or a wall; a ring of wall around the world stops every walk.
"""

from __future__ import annotations

import numpy as np

from leapscli.domains.karel.cells import MAX_MARKERS
from leapscli.domains.karel.cells import WALL as WALL_CELL

MOVE, TURN_LEFT, TURN_RIGHT, PICK_MARKER, PUT_MARKER = range(5)  # the action ids of traces

WALL, EMPTY, FULL, ONE = np.uint8(WALL_CELL), np.uint8(0), np.uint8(MAX_MARKERS), np.uint8(1)


def move(agent, cells):
    """A step ahead; at a wall Karel turns round instead."""
    pos, ahead, left = agent
    if cells[pos + ahead] != WALL:
        return (pos + ahead, ahead, left), True
    return (pos, -ahead, -left), False


def turn_left(agent, cells):
    """A quarter turn to the left."""
    pos, ahead, left = agent
    return (pos, left, -ahead), True


def turn_right(agent, cells):
    """A quarter turn to the right."""
    pos, ahead, left = agent
    return (pos, -left, ahead), True


def pick_marker(agent, cells):
    """One marker fewer, where there is one."""
    held = cells[agent[0]]
    if held == EMPTY:
        return agent, False
    cells[agent[0]] = held - ONE
    return agent, True


def put_marker(agent, cells):
    """One marker more, where there is room."""
    held = cells[agent[0]]
    if held >= FULL:
        return agent, False
    cells[agent[0]] = held + ONE
    return agent, True
