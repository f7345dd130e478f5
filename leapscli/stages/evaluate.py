"""Score one program on many initial states of a task, in the compiled engine, or on all of them."""

from __future__ import annotations

from collections.abc import Sequence

from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import InputError
from leapscli.results.evaluation import Evaluation, Exhaustion
from leapscli.tasks.exhaustion import initial_states
from leapscli.tasks.registry import Task


def evaluate(
    program: Program, task: Task, episodes: int, seed: int, *, budget: Budget | None = None, first: int = 0
) -> Evaluation:
    """The returns of `program` on `episodes` initial worlds of `task`; world i depends on (seed, first + i) alone.

    Without a `budget` it is the task's own, which grows with the area.
    """
    return evaluate_all([program], task, episodes, seed, budget=budget, first=first)[0]


def evaluate_all(
    programs: Sequence[Program], task: Task, episodes: int, seed: int, *, budget: Budget | None = None, first: int = 0
) -> list[Evaluation]:
    """The same for several programs, all on the same worlds."""
    budget = budget or task.budget
    if episodes < 1:
        raise InputError(f"{episodes} episodes: at least one is needed")
    worlds = task.sample(episodes, seed, first=first)
    returns = task.returns(programs, worlds, budget)
    return [Evaluation(program, task, seed, budget, row, first) for program, row in zip(programs, returns, strict=True)]


def exhaust(programs: Sequence[Program], task: Task, *, budget: Budget | None = None) -> list[Exhaustion]:
    """The returns of programs on every initial world of `task`. Raises InputError where those cannot be listed."""
    states, budget = initial_states(task), budget or task.budget
    returns = task.returns(programs, states.worlds, budget)
    pairs = zip(programs, returns, strict=True)
    return [Exhaustion(program, task, budget, states.worlds, states.likely, row) for program, row in pairs]
