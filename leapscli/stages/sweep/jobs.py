"""The searches of a sweep: tasks × methods × seeds, each with a run of its own name.

A search that stands in the workspace already, by whatever command it was made, is not made again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from leapscli.artifacts.artifact import Artifact, check_name, readable
from leapscli.artifacts.store import Workspace
from leapscli.errors import InputError, TaskError, brief
from leapscli.recipes.search import SearchRecipe
from leapscli.search.discovery import find, label
from leapscli.stages.synthesize.choose import choose_recipe, default_recipe
from leapscli.stages.synthesize.plan import LIMITS, find_model, model_device, search_key
from leapscli.tasks.registry import Task, unknown
from leapscli.tasks.registry import task as find_task
from leapscli.tasks.suites import elsewhere, groups, in_folder, names
from leapscli.version import __version__


@dataclass(frozen=True)
class Method:
    """A way to search: a recipe, a searcher (by its own recipe), or a recipe with another searcher."""

    recipe: str | None = None
    searcher: str | None = None
    settings: tuple[str, ...] = ()  # as in sigma=0.1: of a grid, one value of each of its keys

    @property
    def label(self) -> str:
        """The name in tables and in the names of runs: `cem`, `cem-sigma0_1`."""
        parts = [Path(self.recipe).stem.lower()] if self.recipe else []
        parts += [label(self.searcher)] if self.searcher else []
        values = [re.sub(r"[^a-z0-9]+", "_", text.replace("=", "").lower()).strip("_") for text in self.settings]
        return "-".join([*(parts or ["default"]), *values])


@dataclass(frozen=True)
class Job:
    """One search: everything that another process needs to know of it."""

    task: str  # a name, or the absolute path of a task of the user's own
    title: str  # what that task is called
    size: tuple[int, int]
    method: str
    recipe: SearchRecipe
    workspace: Path
    model: str | None  # the path of the artifact
    key: str
    command: str = ""
    best: float = 1.0  # the most that the task pays
    resume: bool = False  # from what the same search reached within other limits
    device: str = "auto"  # where the model computes

    @property
    def name(self) -> str:
        """The name of its run: what `leaps run` takes, one for each task, method and seed."""
        return f"{self.title}-{self.method}-s{self.recipe.seed}"

    @property
    def seed(self) -> int:
        """The seed of its random numbers."""
        return self.recipe.seed

    @property
    def exact_key(self) -> str:
        """The key of the search with its limits: equal ones have equal results."""
        text = json.dumps([_limits(self.recipe.resolved()), __version__])
        return f"{self.key}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def methods(recipes: Sequence[str], searchers: Sequence[str], grid: Sequence[str] = ()) -> list[Method]:
    """Every recipe with every searcher, of nothing the default; and with every combination of a grid's values.

    `grid` has a text for each key, as in `sigma=0.1,0.3`. Raises InputError for one that is none.
    """
    nothing: list[str | None] = [None]
    pairs = product(list(recipes) or nothing, list(searchers) or nothing)
    return [Method(*pair, settings) for pair in pairs for settings in product(*map(_values, grid))]


def _values(text: str) -> list[str]:
    """`sigma=0.1,0.3` → `sigma=0.1`, `sigma=0.3`."""
    key, equals, values = text.partition("=")
    found = [value.strip() for value in values.split(",") if value.strip()]
    if not (key.strip() and equals and found):
        raise InputError(f"--grid {brief(text)}: not a key with values", "as in --grid sigma=0.1,0.3")
    return [f"{key.strip()}={value}" for value in found]


def split(texts: Iterable[str]) -> list[str]:
    """`cem,cebs` and `random`: every name, each once."""
    return list(dict.fromkeys(part.strip() for text in texts for part in text.split(",") if part.strip()))


def task_names(texts: Iterable[str]) -> list[str]:
    """`maze,harvester`, `leaps`, `./my_task.py`, `./my_suite/`: the tasks meant, each once. Raises TaskError."""
    return list(dict.fromkeys(name for part in split(texts) for name in _tasks_of(part)))


def _tasks_of(part: str) -> Sequence[str]:
    """A task, or the tasks of a suite: one that has a name, or a folder of the user's own."""
    if part in (known := groups()):
        return known[part]
    if part in (*names(), *elsewhere()) or part.endswith(".py"):
        return [part]
    if not (folder := Path(part)).is_dir():
        raise unknown(part, groups=True)
    if not (files := in_folder(folder)):
        raise TaskError(f"no task file in {part}", "a suite is a folder of files ending in .py")
    return [str(file) for file in files]


def plan_jobs(
    workspace: Workspace,
    tasks: Sequence[str],
    methods: Sequence[Method],
    seeds: int,
    *,
    model: str | None = None,
    size: tuple[int | None, int | None] = (None, None),
    overrides: Sequence[str] = (),
    command: str = "",
    resume: bool = False,
    device: str = "auto",
) -> list[Job]:
    """Every search of the sweep, checked. The seeds count up from the recipe's own.

    The same seeds of all tasks come first, so that a sweep that was stopped has something of everything, and workers
    that begin together compile different tasks.
    """
    if not tasks:
        raise InputError("no task to search for", "as in `leaps sweep maze,harvester`; `leaps tasks` lists them")
    found = [(name, find_task(name, height=size[0], width=size[1])) for name in tasks]
    usual = default_recipe(workspace, model)
    methods = [each if each.recipe or each.searcher else replace(each, recipe=usual) for each in methods]
    _all_different("tasks", [task.name for _, task in found])
    _all_different("methods", [check_name(method.label) for method in methods])
    chosen = [
        (
            task,
            method,
            choose_recipe(workspace, name, method.recipe, method.searcher, [*overrides, *method.settings], model),
        )
        for method in methods
        for name, task in found
    ]
    latent = any(find(recipe.searcher).needs_model for _, _, recipe in chosen)
    artifact = find_model(workspace, model) if latent else None
    if device != "auto":
        model_device(device, artifact)
    return [
        _job(workspace, task, method, recipe.replace(seed=recipe.seed + i), artifact, command, resume, device)
        for i in range(seeds)
        for task, method, recipe in chosen
    ]


def _job(
    workspace: Workspace,
    task: Task,
    method: Method,
    recipe: SearchRecipe,
    model: Artifact | None,
    command: str,
    resume: bool,
    device: str,
) -> Job:
    model = model if find(recipe.searcher).needs_model else None
    return Job(
        task=task.reference,
        title=task.name,
        size=(task.height, task.width),
        method=method.label,
        recipe=recipe,
        workspace=workspace.root,
        model=str(model.path) if model else None,
        key=search_key(recipe, task, model),
        command=command,
        best=task.best,
        resume=resume,
        device=device,
    )


def _all_different(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two {what} are called {twice[0]}", "rename one of the files, or leave one out")


def find_finished(jobs: Sequence[Job], workspace: Workspace) -> dict[str, Artifact]:
    """The runs there are already, by the names of the jobs they answer: of several the newest."""
    same: dict[str, list[Artifact]] = defaultdict(list)
    for run in readable(workspace.list("run")):
        same[str(run.manifest.metrics.get("search"))].append(run)
    found = ((job, [run for run in same[job.key] if _answers(run, job)]) for job in jobs)
    return {job.name: max(runs, key=lambda run: run.manifest.created) for job, runs in found if runs}


def _answers(run: Artifact, job: Job) -> bool:
    """True if a run of the same key is what the job would come to: ended by itself, within the same limits."""
    manifest = run.manifest
    ended = manifest.metrics.get("stop_reason") != "interrupted" and manifest.tool == __version__
    return ended and _limits(manifest.recipe) == _limits(job.recipe.resolved())


def _limits(recipe: Mapping[str, object]) -> list[object]:
    return [recipe.get(name) for name in LIMITS]
