"""`leaps.sweep`: many searches side by side, over tasks, searchers, settings and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leapscli.api.call import following, overrides, place, spelled
from leapscli.api.results import Model, Results
from leapscli.progress import Silent
from leapscli.tasks.registry import Size, Task


def sweep(
    tasks: str | Path | Task | Sequence[str | Path | Task],
    searchers: str | Sequence[str] = (),
    *,
    recipes: str | Sequence[str] = (),
    seeds: int = 5,
    seed: int | None = None,
    model: str | Model | None = None,
    max_time: float | str | None = None,
    size: Size = None,
    parallel: int | None = None,
    device: str = "auto",
    grid: Mapping[str, Sequence[Any]] | None = None,
    workspace: str | Path | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> Results:
    """Searches for every task with every searcher, under `seeds` seeds each: `leaps sweep`.

    `grid` maps settings to several values, as in `{"sigma": [0.1, 0.3]}`: each combination is a method of its own. What
    the workspace holds already is not searched again, and a sweep that was stopped goes on. `parallel` searches
    run at once, each in a process of its own on one core; one a core by default. `device` is where models compute:
    auto, cpu or cuda. Raises LeapsError.
    """
    from leapscli.report.terminal.sweep_view import sweep_view
    from leapscli.stages.sweep.jobs import methods, plan_jobs, task_names
    from leapscli.stages.sweep.pools import processes
    from leapscli.stages.sweep.sweep import Sweep

    root, names = place(workspace), [_name(each) for each in _several(tasks)]
    choices = [f"{name}={','.join(map(str, values))}" for name, values in (grid or {}).items()]
    jobs = plan_jobs(
        root,
        task_names(names),
        methods(_several(recipes), _several(searchers), choices),
        seeds,
        model=str(model.path) if isinstance(model, Model) else model,
        size=(size, size) if isinstance(size, int) or size is None else size,
        overrides=overrides(settings, seed=seed, max_time=max_time),
        command=spelled(
            "sweep", names, list(_several(searchers)), seeds=seeds, seed=seed, size=size, grid=grid, **settings
        ),
        device=device,
    )
    made = Sweep(jobs, root)
    with following(progress, sweep_view, Silent()) as (reporter, stop):
        made.run(processes(parallel), reporter=reporter, stop=stop)
    return Results(made)


def _several(values: Any) -> list[Any]:
    return [values] if isinstance(values, str | Path | Task) else list(values)


def _name(task: str | Path | Task) -> str:
    return task.reference if isinstance(task, Task) else str(task)
