"""`leaps.evaluate`: the returns of a program on many initial worlds."""

from __future__ import annotations

from pathlib import Path

from leapscli.api.results import Policy, Run
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import InputError, described
from leapscli.results.evaluation import Evaluation
from leapscli.stages.baseline import evaluate as evaluate_policy
from leapscli.stages.baseline import own_task
from leapscli.stages.evaluate import evaluate as stage
from leapscli.tasks.registry import Size, Task, sized


def evaluate(
    program: Program | str | Run | Policy,
    task: str | Path | Task | None = None,
    *,
    episodes: int = 1000,
    seed: int = 0,
    size: Size = None,
    budget: Budget | None = None,
) -> Evaluation:
    """Scores a program, its text, that of a run, or a policy, on `episodes` initial worlds: `leaps evaluate`.

    Without a `task` a run or a policy is scored on its own. Without a `budget` a program has the task's, which grows
    with the area. Raises LeapsError.
    """
    if isinstance(program, Policy):
        height, width = (size, size) if isinstance(size, int) or size is None else size
        own = sized(task, size) if task is not None else own_task(program.artifact, height, width)
        return evaluate_policy(program.artifact, own, episodes, seed)
    found = program.program if isinstance(program, Run) else program
    if isinstance(found, str):
        found = Program.parse(found)
    if not isinstance(found, Program):
        raise InputError(f"expected a Program, its text, or a Run, not {described(found)}")
    if task is None:
        if not isinstance(program, Run):
            raise InputError("no task to score it on", 'as in leaps.evaluate(program, "maze")')
        return stage(found, program.task(size), episodes, seed, budget=budget)
    return stage(found, sized(task, size), episodes, seed, budget=budget)
