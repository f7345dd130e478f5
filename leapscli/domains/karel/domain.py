"""Karel as a domain of the engine."""

from __future__ import annotations

import numpy as np

from leapscli.domains.karel import actions, perceptions
from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.referee import KarelReferee
from leapscli.domains.karel.world import World, Worlds
from leapscli.dsl.published import PUBLISHED
from leapscli.engine.domain import CompiledDomain


def enter(start):
    """The agent (pos, ahead, left) of a row of `Arena.starts`."""
    return start[0], start[1], start[2]


def judge(action, changed, word, agent, cells, zone, memory):
    """A task's reward, told where Karel is and which cell lies ahead. A template: `reward` is filled in."""
    return reward(action, changed, np.int64(agent[0]), np.int64(agent[1]), cells, zone, memory)  # noqa: F821


def confined(agent, cells):
    """True unless a step ahead leads into the ring of wall, where a reward has removed it."""
    pos, ahead, left = agent
    target = pos + ahead
    if cells[target] == actions.WALL:
        return True
    stride = max(abs(np.int64(ahead)), abs(np.int64(left)))
    row, column = np.int64(target) // stride, np.int64(target) % stride
    return 0 < row < cells.size // stride - 1 and 0 < column < stride - 1


KAREL = CompiledDomain(
    name="karel",
    vocabulary=PUBLISHED,
    actions=(actions.move, actions.turn_left, actions.turn_right, actions.pick_marker, actions.put_marker),
    perceptions=(
        perceptions.front_is_clear,
        perceptions.left_is_clear,
        perceptions.right_is_clear,
        perceptions.markers_present,
        perceptions.no_markers_present,
    ),
    enter=enter,
    judge=judge,
    confined=confined,
    stack=Worlds.stack,
    parse=World.parse,
    actor=Karel,
    referee=KarelReferee,
)
