"""`leaps synthesize`: search a model's latent space for the program that does best on a task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leapscli.cli.help import App
from leapscli.cli.options import (
    DeviceOption,
    DryRunOption,
    JsonOption,
    ResumeOption,
    SeedOption,
    SetOption,
    WorkspaceOption,
    command_line,
    overrides,
    print_json,
    recipe_help,
    the_task,
)
from leapscli.cli.program_options import CrashableOption, EnvOption, PerceptionsOption, TaskOption
from leapscli.cli.run_summary import say_model, show_found
from leapscli.cli.streams import keeping
from leapscli.cli.sweep_options import ParallelOption, end, run_sweep, say_plan
from leapscli.errors import InputError
from leapscli.signals import graceful_stop

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.search import SearchRecipe
    from leapscli.stages.sweep.sweep import Sweep
    from leapscli.stages.synthesize.plan import SearchPlan

TaskArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="TASK",
        help="Task to solve, or a task file of your own; `leaps tasks` lists the tasks.",
        show_default=False,
    ),
]
DomainOption = Annotated[
    Path | None,
    typer.Option(
        "--domain",
        metavar="FILE",
        help="World of your own; the task is the one in it, unless TASK names another.",
        show_default=False,
    ),
]
# An environment is interpreted: fewer states, and an end where nothing tells that it is solved.
OF_ENVIRONMENTS = ("states=16", "screening=4", "validation=32", "held_out=100", "max_time=2m")
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        show_default="the newest model",
        help="Model to search with: leaps, leaps@v3, shipped, or its folder.",
    ),
]
RecipeOption = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        "--preset",
        metavar="NAME|FILE",
        show_default="library-evolution; memetic, where there is a model of your own; or the searcher's",
        help=recipe_help("runs"),
    ),
]
SearcherOption = Annotated[
    str | None,
    typer.Option(
        "--searcher",
        metavar="NAME|FILE",
        show_default="the recipe's",
        help="Search algorithm, or a file of your own; `leaps recipes` lists them.",
    ),
]
MaxTimeOption = Annotated[
    str | None,
    typer.Option("--max-time", metavar="TIME", help="Stop after this long: 90s, 5m, 2h.", show_default=False),
]
GeneralOption = Annotated[
    bool,
    typer.Option(
        "--prefer-general", help="Among equally good programs, prefer one that also solves much larger worlds."
    ),
]
StartOption = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="PROGRAM",
        help="Program to start from: a file, - for standard input, or a run.",
        show_default="random programs",
    ),
]
SizeOption = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="N|HxW",
        show_default="the task's own size",
        help="Side of the worlds, or height and width, as in 14x22.",
    ),
]
SeedsOption = Annotated[
    int | None,
    typer.Option(
        "--seeds",
        metavar="N",
        min=1,
        max=10_000,
        show_default=False,
        help="Run N searches that differ in their seed, each a run of its own, and show the best.",
    ),
]


def register(app: App) -> None:
    """Adds `leaps synthesize`."""
    app.command()(synthesize)


def synthesize(
    task: TaskArgument = None,
    task_option: TaskOption = None,
    domain: DomainOption = None,
    env: EnvOption = None,
    perceptions: PerceptionsOption = None,
    model: ModelOption = None,
    recipe: RecipeOption = None,
    searcher: SearcherOption = None,
    settings: SetOption = None,
    seed: SeedOption = None,
    seeds: SeedsOption = None,
    parallel: ParallelOption = None,
    max_time: MaxTimeOption = None,
    size: SizeOption = None,
    start: StartOption = None,
    prefer_general: GeneralOption = False,
    crashable: CrashableOption = False,
    device: DeviceOption = "auto",
    workspace: WorkspaceOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find a program that solves a task.

    The search runs in a model's latent space, or among programs themselves, as the recipe says. Programs are scored on
    initial states of the task, and the best one at the end on 1,000 fresh ones. The result is a run: program.txt,
    history.csv, and a manifest with the metrics. With --seeds there are several runs, and the one that does best on
    validation states is shown.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.sources import load_program, parse_size
    from leapscli.stages.sweep.jobs import Method, plan_jobs
    from leapscli.stages.sweep.sweep import Sweep
    from leapscli.stages.synthesize.choose import choose_recipe

    named = the_task(task, task_option, env, perceptions)
    name = named or (str(domain) if domain else None)
    if domain and named:
        check_world(named, domain)
    if name is None:
        raise InputError("no task to solve", "as in `leaps synthesize harvester`; `leaps tasks` lists them")
    place, chosen = Workspace.locate(workspace), overrides(settings, seed, max_time, crashable=crashable)
    chosen = [*(OF_ENVIRONMENTS if env else ()), *chosen]
    chosen += ["general=true"] if prefer_general else []
    chosen += [f"start={json.dumps(load_program(start, place, name).text)}"] if start is not None else []
    if seeds is not None:
        method = Method(recipe, searcher)
        jobs = plan_jobs(
            place,
            [name],
            [method],
            seeds,
            model=model,
            size=parse_size(size),
            overrides=chosen,
            command=command_line(),
            resume=resume,
            device=device,
        )
        _search_seeds(Sweep(jobs, place), parallel, dry_run, as_json)
        return
    if parallel is not None:
        raise InputError("--parallel needs several searches", "as in --seeds 5")
    plan = _plan(place, name, size, model, choose_recipe(place, name, recipe, searcher, chosen, model), device)
    say_model(plan.model)
    _say_speed(plan)
    if dry_run:
        _say_plan(plan, as_json)
    else:
        run = _run(plan, resume)
        with keeping(run):
            show_found(run, plan.task, as_json)


def check_world(task: str, domain: Path) -> None:
    """Raises InputError where the task is of another world than that of `--domain`."""
    from leapscli.tasks.registry import task as find_task

    world, found = find_task(str(domain)).domain, find_task(task).domain
    if found.name != world.name:
        hint = f"its file names the world, beside it: WORLD = {domain.name!r}"
        raise InputError(f"{task} is no task of the world {domain}, but of {found.name}", hint)


def _say_speed(plan: SearchPlan) -> None:
    """Print on stderr how fast an environment is, measured with random programs."""
    from leapscli.tasks.environment import EnvTask

    if not isinstance(plan.task, EnvTask):
        return
    speed, recipe = plan.task.estimate(), plan.recipe
    programs = speed.episodes / recipe.states
    most = f"; {recipe.max_time:g} s are some {programs * recipe.max_time:,.0f} programs" if recipe.max_time else ""
    line = f"{speed.episodes:,.0f} episodes and {speed.steps:,.0f} steps a second in {speed.workers} processes"
    typer.echo(f"{plan.task.title}: {line}; a program takes {recipe.states} episodes{most}", err=True)


def _plan(
    place: Workspace, task: str, size: str | None, model: str | None, recipe: SearchRecipe, device: str
) -> SearchPlan:
    from leapscli.stages.sources import parse_size
    from leapscli.stages.synthesize.plan import prepare
    from leapscli.tasks.registry import task as find_task

    height, width = parse_size(size)
    return prepare(recipe, place, find_task(task, height=height, width=width), model, device=device)


def _run(plan: SearchPlan, resume: bool) -> Artifact:
    from leapscli.jit import announce_compilation
    from leapscli.report.terminal.console import margin
    from leapscli.report.terminal.search_view import search_view
    from leapscli.stages.synthesize.synthesize import synthesize

    with graceful_stop() as stop, search_view(margin(), plan.limits) as reporter:
        announce_compilation(reporter.note)
        return synthesize(plan, reporter=reporter, stop=stop, resume=resume, command=command_line())


def _search_seeds(sweep: Sweep, parallel: int | None, dry_run: bool, as_json: bool) -> None:
    from leapscli.stages.sweep.sweep import best_run
    from leapscli.tasks.registry import task

    if dry_run:
        say_plan(sweep, as_json)
        return
    run_sweep(sweep, parallel)
    if runs := [run for _, run in sweep.runs()]:
        with keeping(*runs):
            show_found(best_run(runs), task(sweep.jobs[0].task), as_json, runs)
    end(sweep)


def _say_plan(plan: SearchPlan, as_json: bool) -> None:
    """Print what a run would do."""
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
