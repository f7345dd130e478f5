"""The rules of MiniGrid, compiled into the engine: what actions do, and what is perceived.

An agent is (row, column, direction N=0 E=1 S=2 W=3, what it carries: the byte of a thing, 0 for nothing). Perceptions
are those of LLM-GS (ICLR 2025, arXiv 2405.16450) and of ReGuS (PLDI 2024).
"""

from __future__ import annotations

from leapscli.domains.minigrid.objects import (
    CLOSED,
    COLOURS,
    EMPTY,
    LOCKED,
    OPEN,
    PER_COLOUR,
    PER_TYPE,
    TYPES,
)

ACTIONS = ("forward", "left", "right", "pickup", "drop", "toggle")
PERCEPTIONS = (
    *("front_is_clear", "is_carrying_object", "front_is_lava", "front_is_door", "front_is_ball", "front_is_box"),
    *("front_is_red", "front_is_blue"),
)
FORWARD, LEFT, RIGHT, PICKUP, DROP, TOGGLE = range(6)
FRONT_IS_CLEAR, IS_CARRYING, IS_LAVA, IS_DOOR, IS_BALL, IS_BOX, IS_RED, IS_BLUE = range(8)

_WALL, _FLOOR, _DOOR, _KEY = TYPES["wall"], TYPES["floor"], TYPES["door"], TYPES["key"]
_BALL, _BOX, _GOAL, _LAVA = TYPES["ball"], TYPES["box"], TYPES["goal"], TYPES["lava"]
_RED, _BLUE = COLOURS["red"], COLOURS["blue"]


def ahead(agent, cells):
    """Row and column of the cell ahead; where the world ends, the agent's own."""
    row, column, facing = agent[0], agent[1], agent[2]
    down = (1 if facing == 2 else 0) - (1 if facing == 0 else 0)
    right = (1 if facing == 1 else 0) - (1 if facing == 3 else 0)
    if 0 <= row + down < cells.shape[0] and 0 <= column + right < cells.shape[1]:
        return row + down, column + right
    return row, column


def can_be_entered(thing):
    """True for an empty cell, and for floor, a goal, lava and an open door."""
    kind = thing // PER_TYPE
    if kind == _DOOR:
        return thing % PER_COLOUR == OPEN
    return thing == EMPTY or kind in (_FLOOR, _GOAL, _LAVA)


def act(action, agent, cells):
    """One action; the agent and whether anything changed."""
    row, column, facing, carried = agent
    if action == LEFT:
        return (row, column, (facing + 3) % 4, carried), True
    if action == RIGHT:
        return (row, column, (facing + 1) % 4, carried), True
    there = ahead(agent, cells)
    if there[0] == row and there[1] == column:
        return agent, False
    thing = int(cells[there[0], there[1]])
    kind = thing // PER_TYPE
    if action == FORWARD:
        if not can_be_entered(thing):
            return agent, False
        return (there[0], there[1], facing, carried), True
    if action == PICKUP:
        if carried != EMPTY or kind not in (_KEY, _BALL, _BOX):
            return agent, False
        cells[there[0], there[1]] = EMPTY
        return (row, column, facing, thing), True
    if action == DROP:
        if carried == EMPTY or thing != EMPTY:
            return agent, False
        cells[there[0], there[1]] = carried
        return (row, column, facing, EMPTY), True
    if kind == _BOX:  # a box is opened, and is empty
        cells[there[0], there[1]] = EMPTY
        return agent, True
    if kind != _DOOR:
        return agent, False
    state, colour = thing % PER_COLOUR, thing % PER_TYPE // PER_COLOUR
    if state == LOCKED and not (carried // PER_TYPE == _KEY and carried % PER_TYPE // PER_COLOUR == colour):
        return agent, False
    cells[there[0], there[1]] = thing - state + (CLOSED if state == OPEN else OPEN)
    return agent, True


def sense(perception, agent, cells):
    """One perception."""
    if perception == IS_CARRYING:
        return agent[3] != EMPTY
    there = ahead(agent, cells)
    if there[0] == agent[0] and there[1] == agent[1]:
        return False
    thing = int(cells[there[0], there[1]])
    kind, colour = thing // PER_TYPE, thing % PER_TYPE // PER_COLOUR
    if perception == FRONT_IS_CLEAR:
        return can_be_entered(thing)
    if perception == IS_LAVA:
        return kind == _LAVA
    if perception == IS_DOOR:
        return kind == _DOOR
    if perception == IS_BALL:
        return kind == _BALL
    if perception == IS_BOX:
        return kind == _BOX
    if perception == IS_RED:
        return thing != EMPTY and colour == _RED
    return thing != EMPTY and colour == _BLUE
