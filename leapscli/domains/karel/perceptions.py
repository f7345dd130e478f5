"""Karel's five perceptions, compiled into the engine: each takes (agent, cells) as `actions.py` describes them."""

from __future__ import annotations

from leapscli.domains.karel.actions import EMPTY, WALL


def front_is_clear(agent, cells):
    """No wall ahead."""
    return cells[agent[0] + agent[1]] != WALL


def left_is_clear(agent, cells):
    """No wall to the left."""
    return cells[agent[0] + agent[2]] != WALL


def right_is_clear(agent, cells):
    """No wall to the right."""
    return cells[agent[0] - agent[2]] != WALL


def markers_present(agent, cells):
    """A marker under Karel."""
    return cells[agent[0]] != EMPTY


def no_markers_present(agent, cells):
    """No marker under Karel."""
    return cells[agent[0]] == EMPTY
