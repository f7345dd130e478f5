"""Errors in the reward of a user's task file: compiled code gives no line, so the run is repeated as Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.tree import Action
from leapscli.engine.arena import Arena
from leapscli.engine.budget import Budget
from leapscli.engine.domain import Domain
from leapscli.engine.engine import Scorer
from leapscli.engine.reference import Truncated, steps
from leapscli.errors import TaskError


def explained(
    error: Exception,
    module: ModuleType,
    domain: Domain,
    scorer: Scorer,
    tokens: TokenBatch,
    arena: Arena,
    budget: Budget,
) -> TaskError:
    """`error`, raised while these programs were scored, as a TaskError against its line."""

    def fails(tokens: TokenBatch, arena: Arena) -> bool:
        try:
            return not np.isfinite(scorer.returns(tokens, arena, budget, threads=1)).all()
        except Exception:
            return True

    program = next(one for one in (tokens[p] for p in range(len(tokens))) if fails(one, arena))
    start = next(one for one in (arena[i : i + 1] for i in range(len(arena))) if fails(program, one))
    try:
        _replay(domain, program.programs()[0], start, budget, module.reward)
    except TaskError as found:
        return found
    except Truncated:
        pass
    line = inspect.unwrap(module.reward).__code__.co_firstlineno
    return TaskError(f"{module.SOURCE}:{line}: reward: {type(error).__name__}: {error}")


def _replay(
    domain: Domain, program: Program, start: Arena, budget: Budget, reward: Callable[..., tuple[float, bool]]
) -> None:
    """The one run of `program`, with the reward as Python."""
    actor, referee = domain.actor(start.worlds[0]), domain.referee(reward, start)
    for step in steps(program, actor, budget):
        if isinstance(step.node, Action) and referee.judge(step.node.name, bool(step.value), actor)[1]:
            return
