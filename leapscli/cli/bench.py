"""`leaps bench`: measure again what the documentation says that searches reach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import (
    DeviceOption,
    DryRunOption,
    JsonOption,
    SetOption,
    WorkspaceOption,
    command_line,
    overrides,
    print_json,
)
from leapscli.cli.program_options import CrashableOption
from leapscli.cli.sweep import SeedsOption, TasksOption
from leapscli.cli.sweep_options import ParallelOption, end, run_sweep, say_plan
from leapscli.cli.synthesize import ModelOption
from leapscli.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leapscli.recipes.search import SearchRecipe
    from leapscli.stages.sweep.sweep import Sweep

TasksArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TASK]...",
        help="Tasks to measure: names, task files or folders, or the groups all, leaps, karel-hard, llm-gs and "
        "minigrid-llm-gs.",
        show_default="all",
    ),
]
RecipesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--recipe",
        metavar="NAME,...",
        help="Search recipes to measure; `leaps recipes` lists them.",
        show_default="the eight worth comparing",
    ),
]
SearchersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--searcher",
        "--searchers",
        metavar="NAME|FILE,...",
        help="Searchers to measure beside the recipes, your own too.",
        show_default="none",
    ),
]
EvaluationsOption = Annotated[
    int, typer.Option("--evaluations", metavar="N", min=1, help="Most programs that a search executes.")
]
MaxTimeOption = Annotated[str, typer.Option("--max-time", metavar="TIME", help="Longest time of each search.")]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write the page to.")]


def register(app: App) -> None:
    """Adds `leaps bench`."""
    app.command()(bench)


def bench(
    tasks: TasksArgument = None,
    task: TasksOption = None,
    recipe: RecipesOption = None,
    searcher: SearchersOption = None,
    seeds: SeedsOption = 5,
    evaluations: EvaluationsOption = 300_000,
    max_time: MaxTimeOption = "60s",
    model: ModelOption = None,
    settings: SetOption = None,
    parallel: ParallelOption = None,
    crashable: CrashableOption = False,
    device: DeviceOption = "auto",
    output: OutputOption = Path("RESULTS.md"),
    workspace: WorkspaceOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Benchmark the searchers on every task, and write a page of results beside published ones.

    It is a sweep like any other: its runs stay in the workspace, and the same command continues where it was stopped.
    In an empty workspace everything is measured again.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.engine.engine import core_count
    from leapscli.stages.bench.measure import RECIPES
    from leapscli.stages.sweep.jobs import methods, plan_jobs, split, task_names
    from leapscli.stages.sweep.sweep import Sweep
    from leapscli.stages.user_files import check_writable, is_stdout

    check_writable(output)
    if is_stdout(output) and as_json:
        raise InputError("--json and --output - both write to standard output", "choose one")
    place = Workspace.locate(workspace)
    compared = methods(split(recipe or RECIPES), []) + (methods([], split(searcher)) if searcher else [])
    chosen = [f"evaluations={evaluations}", *overrides(settings, None, max_time, crashable=crashable)]
    names, command = task_names([*(tasks or []), *(task or [])] or ["all"]), command_line()
    jobs = plan_jobs(place, names, compared, seeds, model=model, overrides=chosen, command=command, device=device)
    sweep = Sweep(jobs, place)
    if dry_run:
        say_plan(sweep, as_json)
        return
    run_sweep(sweep, parallel)
    if not sweep.left:
        write_page(sweep, seeds, parallel or core_count(), output, as_json=as_json)
    end(sweep)


def _limits(recipe: SearchRecipe) -> list[str]:
    """The limits of a search, in words."""
    from leapscli.report.terminal.pace import duration

    programs = [f"{recipe.evaluations:,} programs"] if recipe.evaluations is not None else []
    return programs + ([duration(recipe.max_time)] if recipe.max_time is not None else [])


def write_page(
    sweep: Sweep,
    seeds: int,
    parallel: int,
    output: Path,
    *,
    as_json: bool = False,
    differences: Sequence[str] = (),
) -> None:
    """Scores the programs on larger worlds, and writes the page, with `differences` from what was published."""
    from dataclasses import asdict

    from leapscli.report.pages.bench_page import Bench, bench_page
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.progress_bars import progress
    from leapscli.report.terminal.sweep_view import show_sweep
    from leapscli.results.literature import published
    from leapscli.stages.bench.measure import circumstances, on_larger_worlds, proven
    from leapscli.stages.user_files import is_stdout, write_output

    crashable = all(job.recipe.crashable for job in sweep.jobs)
    with progress() as reporter:
        larger, everywhere = on_larger_worlds(sweep, reporter), proven(sweep, reporter)
    page = Bench(
        board=sweep.board,
        proven=everywhere,
        larger=larger,
        published=published("crashable" if crashable else "returns"),
        published_larger=[] if crashable else published("larger"),
        circumstances={
            **circumstances(sweep),
            "side by side": f"{parallel} searches",
            "command": f"`{command_line()}`",
        },
        seeds=seeds,
        limits=_limits(sweep.jobs[0].recipe),
        held_out=sweep.jobs[0].recipe.held_out,
        failures=[f"{each.job.name}: {each.error}" for each in sweep.failures],
        differences=differences,
    )
    write_output(output, bench_page(page).encode(errors="backslashreplace"))
    if as_json:
        on_larger = [{"task": task, "method": method, **asdict(each)} for (task, method), each in larger.items()]
        on_every = [{"task": task, "method": method, "proven": count} for (task, method), count in everywhere.items()]
        print_json({**sweep.record(), "larger": on_larger, "proven": on_every, "page": str(output)})
    else:
        show_sweep(screen(is_stdout(output)), sweep.board)
    if not is_stdout(output):
        typer.echo(f"written to {output}", err=True)
