"""Episodes advanced by one action each, compiled for one task's reward: what environments are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from leapscli.engine.compiled.scorer import hook_of, name_of
from leapscli.engine.compiled.unroll import unrolled
from leapscli.engine.domain import CompiledDomain
from leapscli.engine.judge import Judge
from leapscli.jit import inline, kernel, with_names
from leapscli.once import once

WORD = np.uint64(0)  # a hook is told of the instruction, which there is none of here


def step(actions, cells, zones, memory, agents, rewards, over):
    """Act in N episodes: `actions` int64[N], of which those below 0 leave theirs alone. Fills `rewards` and `over` [N].

    `cells`, `zones` and `memory` are an `Arena`'s, `agents` its `starts`; all but `zones` change. A template.
    """
    for i in range(actions.size):
        action = actions[i]
        agent = enter(agents[i])
        if action < 0:
            rewards[i], over[i] = 0.0, False
            continue
        if action == ACTION:
            agent, changed = act(agent, cells[i])
            rewards[i], over[i] = hook(NUMBER, bool(changed), WORD, agent, cells[i], zones[i], memory[i])
        for k in range(len(agent)):
            agents[i, k] = agent[k]


def sense(cells, agents, found):
    """Fill `found` float32[N, K] with the perceptions of N agents. A template."""
    for i in range(len(agents)):
        agent = enter(agents[i])
        for k in range(found.shape[1]):
            if k == TEST:
                found[i, k] = np.float32(perceive(agent, cells[i]))


@once
def stepper(domain: CompiledDomain, judge: Judge) -> Any:
    """The kernel `step` for a judge."""
    name, hook = name_of(judge), hook_of(domain, judge)
    branches = [
        {"ACTION": np.int64(number), "NUMBER": np.int64(number), "act": inline(act), "hook": hook}
        for number, act in enumerate(domain.actions)
    ]
    made = unrolled(step, f"{domain.name}-{name}", {"ACTION": branches})
    return kernel(with_names(made, name, enter=inline(domain.enter)))


@once
def senser(domain: CompiledDomain) -> Any:
    """The kernel `sense` for a domain."""
    branches = [{"TEST": np.int64(k), "perceive": inline(each)} for k, each in enumerate(domain.perceptions)]
    made = unrolled(sense, domain.name, {"TEST": branches})
    return kernel(with_names(made, domain.name, enter=inline(domain.enter)))
