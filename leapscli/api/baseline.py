"""`leaps.baseline`: a network or a decision tree, to compare programs with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leapscli.api.call import following, overrides, place, spelled
from leapscli.api.results import Policy
from leapscli.progress import Silent
from leapscli.tasks.registry import Size, Task, sized


def baseline(
    task: str | Path | Task,
    recipe: str = "ppo-last",
    *,
    name: str | None = None,
    seed: int | None = None,
    max_time: float | str | None = None,
    size: Size = None,
    workspace: str | Path | None = None,
    resume: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> Policy:
    """Trains a policy that is no program: `leaps baseline`. Needs the extra `baselines`.

    `recipe` is ppo-last, ppo, recurrent, viper, or a file; `settings` replace some of its own. Raises LeapsError;
    Interrupted at Ctrl-C, with the work kept for `resume`.
    """
    from leapscli.recipes.loading import load_recipe
    from leapscli.report.terminal.progress_bars import progress as bars
    from leapscli.stages.baseline import policy_name, prepare, train

    root, found = place(workspace), sized(task, size)
    chosen = load_recipe("policy", recipe, overrides(settings, seed=seed, max_time=max_time), root.root)
    plan = prepare(chosen, root, found, name or policy_name(found, recipe))
    names = {"name": name, "seed": seed, "max_time": max_time, "size": size, **settings}
    command = spelled("baseline", found, recipe, **names)
    with following(progress, bars, Silent()) as (reporter, stop):
        return Policy(train(plan, reporter=reporter, stop=stop, resume=resume, command=command))
