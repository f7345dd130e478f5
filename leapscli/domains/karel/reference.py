"""One program on one world by the reference interpreter: the slow twin of `execution.execute`."""

from __future__ import annotations

from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.execution import Rollout
from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTION_ID
from leapscli.dsl.tree import Action
from leapscli.engine.budget import Budget
from leapscli.engine.reference import Truncated, steps


def run(program: Program, world: World, budget: Budget | None = None) -> Rollout:
    """The same as `execution.execute`, slowly."""
    karel, actions = Karel(world), []
    truncated = False
    try:
        for step in steps(program, karel, budget or Budget.calls()):
            if isinstance(step.node, Action):
                actions.append(ACTION_ID[step.node.name])
    except Truncated:
        truncated = True
    return Rollout(actions, karel.world(), truncated)
