"""`leaps.synthesize`: a program that solves a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leapscli.api.call import following, overrides, place, spelled
from leapscli.api.results import Model, Run
from leapscli.progress import Silent
from leapscli.tasks.registry import Size, Task, sized


def synthesize(
    task: str | Path | Task,
    searcher: str | None = None,
    model: str | Model | None = None,
    *,
    recipe: str | None = None,
    seed: int | None = None,
    max_time: float | str | None = None,
    size: Size = None,
    device: str = "auto",
    workspace: str | Path | None = None,
    resume: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> Run:
    """Searches for the program of highest return on a task: `leaps synthesize`.

    `task` is a name, a task file, or what `leaps.task` gave; `searcher` a name or a file. By default programs are
    searched, by library-evolution; with a `model`, or one of your own in the workspace, its space, by memetic.
    `settings` replace some of the recipe's, as in `population=64`. `max_time` is in seconds, or a text as in "20m".
    `device` is where the model computes: auto, cpu or cuda. Ctrl-C ends the search, and the run holds the best program
    so far. Raises LeapsError.
    """
    from leapscli.report.terminal.search_view import search_view
    from leapscli.stages.synthesize.choose import choose_recipe
    from leapscli.stages.synthesize.plan import prepare
    from leapscli.stages.synthesize.synthesize import synthesize as stage

    root, found = place(workspace), sized(task, size)
    changes = overrides(settings, seed=seed, max_time=max_time)
    named = str(model.path) if isinstance(model, Model) else model
    chosen = choose_recipe(root, found.reference, recipe, searcher, changes, named)
    plan = prepare(chosen, root, found, named, device=device)
    names = {"recipe": recipe, "seed": seed, "max_time": max_time, "size": size, **settings}
    command = spelled("synthesize", found, searcher=searcher, model=named, **names)
    with following(progress, lambda console: search_view(console, plan.limits), Silent()) as (reporter, stop):
        return Run(stage(plan, reporter=reporter, stop=stop, resume=resume, command=command))
