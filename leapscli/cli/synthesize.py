"""`leaps synthesize`: search a model's latent space for the program that does best on a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leapscli.cli.found import show_found
from leapscli.cli.options import (
    DryRunOption,
    JsonOption,
    ResumeOption,
    SeedOption,
    SetOption,
    WorkspaceOption,
    command_line,
    overrides,
    print_json,
)
from leapscli.cli.side_by_side import ParallelOption, end, run_sweep, say_plan
from leapscli.cli.signals import graceful_stop
from leapscli.errors import InputError

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.search import SearchRecipe
    from leapscli.stages.search_plan import Plan
    from leapscli.stages.sweep import Sweep

TaskOption = Annotated[str, typer.Option("--task", help="What to solve; `leaps tasks` lists them.", show_default=False)]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="leaps (the newest), leaps@v3, or a path. Else the newest model.", show_default=False),
]
RecipeOption = Annotated[
    str | None,
    typer.Option("--recipe", "--preset", help="evolution, cem, paper, … or a file. Else memetic.", show_default=False),
]
SearcherOption = Annotated[
    str | None,
    typer.Option("--searcher", help="How to search; without --recipe, by its own recipe.", show_default=False),
]
MaxTimeOption = Annotated[
    str | None, typer.Option("--max-time", metavar="TIME", help="Stop after 90s, 5m, 2h.", show_default=False)
]
GeneralOption = Annotated[
    bool, typer.Option("--prefer-general", help="Among equal programs, one that also solves much larger worlds.")
]
SizeOption = Annotated[
    str | None,
    typer.Option("--size", metavar="N", help="Side of the worlds, or 14x22. Else the task's own.", show_default=False),
]
SeedsOption = Annotated[
    int | None,
    typer.Option(
        "--seeds", metavar="N", min=1, help="So many searches, and the best of them; a run each.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Adds `leaps synthesize`."""
    app.command()(synthesize)


def synthesize(
    task: TaskOption,
    model: ModelOption = None,
    recipe: RecipeOption = None,
    searcher: SearcherOption = None,
    settings: SetOption = None,
    seed: SeedOption = None,
    seeds: SeedsOption = None,
    parallel: ParallelOption = None,
    max_time: MaxTimeOption = None,
    size: SizeOption = None,
    prefer_general: GeneralOption = False,
    workspace: WorkspaceOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find a program that solves a task, by searching a model's latent space.

    It is scored on the task's initial states, and at the end on 1,000 fresh ones. The result is a run:
    program.txt, history.csv, and a manifest with the metrics. With --seeds there are several, side by side, and the one
    that is best on validation states is shown.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.search_recipe import choose_recipe
    from leapscli.stages.sources import parse_size
    from leapscli.stages.sweep import Sweep
    from leapscli.stages.sweep_jobs import Method, plan_jobs

    place, chosen = Workspace.locate(workspace), overrides(settings, seed, max_time)
    chosen += ["general=true"] if prefer_general else []
    if seeds is not None:
        method = Method(recipe, searcher)
        jobs = plan_jobs(
            place, [task], [method], seeds, model=model, size=parse_size(size), overrides=chosen, command=command_line()
        )
        _search_seeds(Sweep(jobs, place), parallel, dry_run, as_json)
        return
    if parallel is not None:
        raise InputError("--parallel is for several searches", "say how many: --seeds 5")
    plan = _plan(place, task, size, model, choose_recipe(place.root, task, recipe, searcher, chosen))
    if dry_run:
        _say_plan(plan, as_json)
    else:
        show_found(_run(plan, resume), as_json)


def _plan(place: Workspace, task: str, size: str | None, model: str | None, recipe: SearchRecipe) -> Plan:
    from leapscli.stages.search_plan import prepare
    from leapscli.stages.sources import parse_size
    from leapscli.tasks.registry import task as find_task

    height, width = parse_size(size)
    return prepare(recipe, place, find_task(task, height=height, width=width), model)


def _run(plan: Plan, resume: bool) -> Artifact:
    from leapscli.jit import announce_compilation
    from leapscli.report.console import margin
    from leapscli.report.search_view import search_view
    from leapscli.stages.synthesize import synthesize

    with graceful_stop() as stop, search_view(margin(), plan.limits) as reporter:
        announce_compilation(reporter.note)
        return synthesize(plan, reporter=reporter, stop=stop, resume=resume, command=command_line())


def _search_seeds(sweep: Sweep, parallel: int | None, dry_run: bool, as_json: bool) -> None:
    from leapscli.stages.sweep import best_run

    if dry_run:
        say_plan(sweep, as_json)
        return
    run_sweep(sweep, parallel)
    if runs := [run for _, run in sweep.runs()]:
        show_found(best_run(runs), as_json, runs)
    end(sweep)


def _say_plan(plan: Plan, as_json: bool) -> None:
    """What a run would do."""
    t = plan.task
    facts: dict[str, Any] = {
        "task": t.name,
        "size": f"{t.height}x{t.width}",
        "model": plan.model and plan.model.reference,
    }
    facts |= {"recipe": plan.recipe.resolved(), "workspace": str(plan.workspace.root)}
    if as_json:
        print_json(facts)
        return
    settings = ", ".join(f"{name} {value}" for name, value in plan.recipe.resolved().items() if value is not None)
    where = plan.model.reference if plan.model else "program space"
    typer.echo(f"would search {where} for {t.name} at {t.height}×{t.width}: {settings}", err=True)
