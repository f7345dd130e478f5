"""`leaps bench`: measure again what the documentation says that searches reach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.options import (
    DryRunOption,
    JsonOption,
    SetOption,
    WorkspaceOption,
    command_line,
    overrides,
    print_json,
)
from leapscli.cli.side_by_side import ParallelOption, end, run_sweep, say_plan
from leapscli.cli.sweep import SeedsOption
from leapscli.cli.synthesize import ModelOption

if TYPE_CHECKING:
    from leapscli.stages.sweep import Sweep

TasksOption = Annotated[
    list[str],
    typer.Option("--task", "--tasks", metavar="TASK,…", help="Measure only these: maze,harvester; leaps; karel-hard."),
]
RecipesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--recipe", metavar="RECIPE,…", help="Measure these search recipes. Else those of the page.", show_default=False
    ),
]
MaxTimeOption = Annotated[str, typer.Option("--max-time", metavar="TIME", help="Most time of each search.")]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the page goes.")]


def register(app: typer.Typer) -> None:
    """Adds `leaps bench`."""
    app.command()(bench)


def bench(
    tasks: TasksOption = ["all"],  # noqa: B006  (Typer copies it)
    recipe: RecipesOption = None,
    seeds: SeedsOption = 5,
    max_time: MaxTimeOption = "60s",
    model: ModelOption = None,
    settings: SetOption = None,
    parallel: ParallelOption = None,
    output: OutputOption = Path("benchmarks/RESULTS.md"),
    workspace: WorkspaceOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure what the searchers reach on every task, and write it down beside what was published.

    A sweep like any other: its runs stay in the workspace, and the same command goes on where it was stopped. In an
    empty workspace everything is measured anew. Speeds are `make bench`'s.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.bench import RECIPES
    from leapscli.stages.files import check_writable
    from leapscli.stages.sweep import Sweep
    from leapscli.stages.sweep_jobs import methods, plan_jobs, split, task_names
    from leapscli.world.engine import core_count

    check_writable(output)
    place = Workspace.locate(workspace)
    compared, chosen = methods(split(recipe or RECIPES), []), overrides(settings, None, max_time)
    names, command = task_names(tasks), command_line()
    sweep = Sweep(plan_jobs(place, names, compared, seeds, model=model, overrides=chosen, command=command), place)
    if dry_run:
        say_plan(sweep, as_json)
        return
    run_sweep(sweep, parallel)
    if not sweep.left:
        _write(sweep, seeds, parallel or core_count(), output, as_json)
    end(sweep)


def _write(sweep: Sweep, seeds: int, parallel: int, output: Path, as_json: bool) -> None:
    """Scores the programs on larger worlds, and writes the page."""
    from dataclasses import asdict

    from leapscli.report.bench_page import Bench, bench_page
    from leapscli.report.console import screen
    from leapscli.report.progress import progress
    from leapscli.report.sweep_view import show_sweep
    from leapscli.stages.bench import circumstances, on_larger_worlds
    from leapscli.stages.files import write_output
    from leapscli.stages.literature import published

    with progress() as reporter:
        larger = on_larger_worlds(sweep, reporter)
    page = Bench(
        board=sweep.board,
        larger=larger,
        published=published("returns"),
        published_larger=published("larger"),
        circumstances={
            **circumstances(sweep),
            "side by side": f"{parallel} searches",
            "command": f"`{command_line()}`",
        },
        seeds=seeds,
        limit=sweep.jobs[0].recipe.max_time,
        held_out=sweep.jobs[0].recipe.held_out,
        failures=[f"{each.job.name}: {each.error}" for each in sweep.failures],
    )
    write_output(output, bench_page(page).encode())
    if as_json:
        on_larger = [{"task": task, "method": method, **asdict(each)} for (task, method), each in larger.items()]
        print_json({**sweep.record(), "larger": on_larger, "page": str(output)})
    else:
        show_sweep(screen(), sweep.board)
    typer.echo(f"written to {output}", err=True)
