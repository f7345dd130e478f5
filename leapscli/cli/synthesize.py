"""`leaps synthesize`: search a model's latent space for the program that does best on a task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    resume_line,
)
from leapscli.cli.signals import graceful_stop
from leapscli.errors import Interrupted

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.search import SearchRecipe
    from leapscli.stages.search_plan import Plan

OVERFIT = 0.05  # a difference between searched and held-out return worth a warning

TaskOption = Annotated[str, typer.Option("--task", help="What to solve; `leaps tasks` lists them.", show_default=False)]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="leaps (the newest), leaps@v3, or a path. Else the newest model.", show_default=False),
]
RecipeOption = Annotated[
    str | None,
    typer.Option("--recipe", "--preset", help="cem, paper, smoke, … or a file. Else cem.", show_default=False),
]
SearcherOption = Annotated[
    str | None,
    typer.Option("--searcher", help="How to search; without --recipe, by its own recipe.", show_default=False),
]
MaxTimeOption = Annotated[
    str | None, typer.Option("--max-time", metavar="TIME", help="Stop after 90s, 5m, 2h.", show_default=False)
]
SizeOption = Annotated[
    str | None,
    typer.Option("--size", metavar="N", help="Side of the worlds, or 14x22. Else the task's own.", show_default=False),
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
    max_time: MaxTimeOption = None,
    size: SizeOption = None,
    workspace: WorkspaceOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find a program that solves a task, by searching a model's latent space.

    It is scored on the task's initial states, and at the end on 1,000 fresh ones. The result is a run:
    program.txt, history.csv, and a manifest with the metrics.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.search_recipe import choose_recipe

    place, chosen = Workspace.locate(workspace), overrides(settings, seed, max_time)
    plan = _plan(place, task, size, model, choose_recipe(place.root, task, recipe, searcher, chosen))
    if dry_run:
        _say_plan(plan, as_json)
    else:
        _report(_run(plan, resume), place, as_json)


def _plan(place: Workspace, task: str, size: str | None, model: str | None, recipe: SearchRecipe) -> Plan:
    from leapscli.stages.search_plan import prepare
    from leapscli.stages.sources import parse_size
    from leapscli.tasks.registry import task as find_task

    height, width = parse_size(size)
    return prepare(recipe, place, find_task(task, height=height, width=width), model)


def _run(plan: Plan, resume: bool) -> Artifact:
    from rich.console import Console

    from leapscli.jit import announce_compilation
    from leapscli.report.search_view import search_view
    from leapscli.stages.synthesize import synthesize

    with graceful_stop() as stop, search_view(Console(stderr=True), plan.recipe.max_time) as reporter:
        announce_compilation(reporter.note)
        return synthesize(plan, reporter=reporter, stop=stop, resume=resume, command=command_line())


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


def _report(artifact: Artifact, place: Workspace, as_json: bool) -> None:
    """The result on stdout; what to mind on stderr."""
    from rich.console import Console

    from leapscli.dsl.program import Program
    from leapscli.report.search_view import show_result

    metrics = artifact.manifest.metrics
    program = Program.parse(artifact.file("program.txt").read_text(encoding="utf-8"))
    if as_json:
        task = {name: artifact.manifest.recipe[name] for name in ("task", "size", "searcher", "seed")}
        found = {"artifact": artifact.reference, "path": str(artifact.path), "program": str(program)}
        print_json({**found, **task, **metrics})
    else:
        show_result(Console(), program, _facts(artifact))
    lag = metrics["return_searched"] - (metrics["return_held_out"] or metrics["return_searched"])
    if lag > OVERFIT:
        typer.echo(f"note: {lag:.2f} worse on fresh states; more of them to search on: --set states=128", err=True)
    if metrics["stop_reason"] == "interrupted":
        raise Interrupted(f"stopped; the best program so far is {artifact.reference}", resume_line())


def _facts(artifact: Artifact) -> dict[str, Any]:
    """What the summary says, by name."""
    from leapscli.report.search_view import STOPPED, duration
    from leapscli.tasks.registry import task

    m, r, path = artifact.manifest.metrics, artifact.manifest.recipe, artifact.path
    fresh = f", {m['return_held_out']:.3f} on {r['held_out']:,} fresh ones" if r["held_out"] else ""
    folder, name = _here(path), _here(Path(r["task"])) if r["task"].endswith(".py") else r["task"]
    height, width = task(r["task"]).module.SIZE
    size = "" if r["size"] == f"{height}x{width}" else f" --size {r['size']}"
    return {
        "task": f"{artifact.name} {r['size'].replace('x', '×')}",
        "return": f"{m['return_searched']:.3f} on the {r['states']} states searched{fresh}",
        "search": f"{m['evaluations']:,} programs in {duration(m['seconds'])}; {STOPPED[m['stop_reason']]}",
        "artifact": f"{folder} ({artifact.reference})",
        "next": f"leaps run {folder / 'program.txt'} --task {name}{size}",
    }


def _here(path: Path) -> Path:
    """A path as one would type it in the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
