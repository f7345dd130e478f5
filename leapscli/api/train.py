"""`leaps.train`: a latent space of programs, learnt from a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leapscli.api.call import following, overrides, place, spelled
from leapscli.api.results import Dataset, Model
from leapscli.errors import InputError
from leapscli.progress import Silent


def train(
    dataset: str | Dataset | None = None,
    recipe: str | None = None,
    *,
    name: str = "leaps",
    device: str = "auto",
    seed: int | None = None,
    max_time: float | str | None = None,
    workspace: str | Path | None = None,
    resume: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> Model:
    """Learns a latent space from a dataset (the newest of the workspace): `leaps train`.

    `recipe` is a name or a file, `settings` replace some of its own, as in `losses={"beta": 0.2}`. `max_time` is in
    seconds, or a text as in "20m". Raises LeapsError; Interrupted at Ctrl-C, with the work kept for `resume`.
    """
    from leapscli.recipes.kinds import DEFAULTS
    from leapscli.recipes.loading import load_recipe
    from leapscli.report.terminal.training_view import training_view
    from leapscli.stages.train import prepare
    from leapscli.stages.train import train as stage

    root = place(workspace)
    data = str(dataset.path) if isinstance(dataset, Dataset) else dataset
    changes = overrides(settings, seed=seed, max_time=max_time)
    with following(progress, training_view, (Silent(), None)) as ((reporter, watch), stop):
        chosen = load_recipe("model", recipe or DEFAULTS["model"], changes, root.root)
        plan = prepare(chosen, root, data, name, device)
        command = spelled("train", data, recipe, name=name, seed=seed, max_time=max_time, **settings)
        made = stage(plan, reporter=reporter, watch=watch, stop=stop, resume=resume, command=command)
    if made is None:
        raise InputError("several processes train: only the first has the model", "`leaps train` is for torchrun")
    return Model(made)
