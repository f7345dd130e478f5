"""`leaps.generate`: a dataset of random programs and their executions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leapscli.api.call import following, overrides, place, spelled
from leapscli.api.results import Dataset
from leapscli.progress import Silent


def generate(
    recipe: str = "paper",
    *,
    name: str = "karel",
    seed: int | None = None,
    workspace: str | Path | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> Dataset:
    """Makes a dataset of random programs, each demonstrated on random worlds: `leaps gen-data`.

    `recipe` is a name or a file, `settings` replace some of its own, as in `programs=1000`. The dataset goes into the
    workspace: the folder given, else LEAPS_WORKSPACE, else the current folder. `workers` threads make it, one a core by
    default; its bytes depend on the recipe and its seed alone. Raises LeapsError.
    """
    from leapscli.recipes.loading import load_recipe
    from leapscli.report.terminal.progress_bars import progress as bars
    from leapscli.stages.generate.generate import generate as stage

    root = place(workspace)
    chosen = load_recipe("dataset", recipe, overrides(settings, seed=seed), root.root)
    command = spelled("generate", recipe, name=name, seed=seed, **settings)
    with following(progress, bars, Silent()) as (reporter, stop):
        made = stage(
            chosen, root, name=name, workers=workers, reporter=reporter, stop=stop, resume=resume, command=command
        )
    return Dataset(made)
