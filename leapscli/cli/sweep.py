"""`leaps sweep`: tasks × searchers × seeds, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import (
    CsvOption,
    DeviceOption,
    DryRunOption,
    JsonOption,
    SetOption,
    WorkspaceOption,
    command_line,
    one_format,
    overrides,
    print_csv,
    print_json,
)
from leapscli.cli.program_options import CrashableOption
from leapscli.cli.run import say_beyond
from leapscli.cli.streams import keeping
from leapscli.cli.sweep_options import ParallelOption, end, run_sweep, say_plan
from leapscli.cli.synthesize import MaxTimeOption, ModelOption, SizeOption
from leapscli.errors import InputError

if TYPE_CHECKING:
    from leapscli.stages.sweep.sweep import Sweep

FORMATS = (".png", ".svg", ".pdf")
TasksArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TASK...",
        help="Tasks to solve: names, files or folders of your own, or the groups all, leaps, karel-hard, llm-gs and "
        "minigrid-llm-gs. "
        "Spaces or commas stand between them.",
        show_default=False,
    ),
]
TasksOption = Annotated[
    list[str] | None,
    typer.Option(
        "--task", "--tasks", metavar="TASK,...", help="The same as the arguments. May be repeated.", show_default=False
    ),
]
SearchersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--searcher",
        "--searchers",
        metavar="NAME|FILE,...",
        help="Search algorithms, as in cem,./mine.py; `leaps recipes` lists them. May be repeated.",
        show_default="the recipe's",
    ),
]
RecipesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--recipe",
        "--preset",
        metavar="NAME,...",
        help="Search recipes, each to be run with every searcher; `leaps recipes` lists them. May be repeated.",
        show_default="each searcher's own, or that of `leaps synthesize`",
    ),
]
SeedsOption = Annotated[
    int, typer.Option("--seeds", metavar="N", min=1, max=10_000, help="Number of searches of each kind, one seed each.")
]
FirstSeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", min=0, help="First seed; the others follow it.", show_default="the recipe's"),
]
GridOption = Annotated[
    list[str] | None,
    typer.Option(
        "--grid",
        metavar="KEY=VALUE,...",
        help="Search with each of these values of a setting. May be repeated: then with every combination.",
        show_default=False,
    ),
]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw the courses of the searches into this file: .png, .svg or .pdf.",
        show_default=False,
    ),
]
RayOption = Annotated[
    bool,
    typer.Option(
        "--ray", help="Run on a Ray cluster: that of RAY_ADDRESS, else this machine's, else one started for the sweep."
    ),
]


def register(app: App) -> None:
    """Adds `leaps sweep`."""
    app.command()(sweep)


def sweep(
    tasks: TasksArgument = None,
    task: TasksOption = None,
    searcher: SearchersOption = None,
    recipe: RecipesOption = None,
    seeds: SeedsOption = 5,
    seed: FirstSeedOption = None,
    parallel: ParallelOption = None,
    ray: RayOption = False,
    model: ModelOption = None,
    settings: SetOption = None,
    grid: GridOption = None,
    max_time: MaxTimeOption = None,
    size: SizeOption = None,
    crashable: CrashableOption = False,
    device: DeviceOption = "auto",
    workspace: WorkspaceOption = None,
    dry_run: DryRunOption = False,
    plot: PlotOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Search for programs for many tasks, with many searchers and seeds, in parallel.

    Every search is a run of its own, named like maze-cem-s0. A sweep that was stopped or killed is continued by the
    same command, which repeats nothing.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.sources import parse_size
    from leapscli.stages.sweep.jobs import methods, plan_jobs, split, task_names
    from leapscli.stages.sweep.ray import find_ray
    from leapscli.stages.sweep.sweep import Sweep

    one_format(as_json, as_csv)
    if plot is not None:
        _check_plot(plot)
    if ray:
        find_ray()
    place = Workspace.locate(workspace)
    jobs = plan_jobs(
        place,
        task_names([*(tasks or []), *(task or [])]),
        methods(split(recipe or []), split(searcher or []), grid or []),
        seeds,
        model=model,
        size=parse_size(size),
        overrides=overrides(settings, seed, max_time, crashable=crashable),
        command=command_line(),
        device=device,
    )
    sweep = Sweep(jobs, place)
    if dry_run:
        say_plan(sweep, as_json)
        return
    run_sweep(sweep, parallel, ray=ray)
    with keeping(*(run for _, run in sweep.runs())):
        _report(sweep, as_json, as_csv)
        if plot is not None:
            _draw(sweep, plot)
    end(sweep)


def _check_plot(path: Path) -> None:
    from leapscli.stages.user_files import check_writable

    if path.suffix.lower() not in FORMATS:
        raise InputError(f"--plot {path}: not a picture", f"a file ending in {', '.join(FORMATS)}")
    check_writable(path)


def _draw(sweep: Sweep, path: Path) -> None:
    """The best return so far against programs executed, a panel for each task."""
    from leapscli.artifacts.history import read_history
    from leapscli.artifacts.layout import HISTORY
    from leapscli.report.curves import plot_searches
    from leapscli.stages.user_files import write_output

    searches = [(job.title, job.method, read_history(run.file(HISTORY))) for job, run in sweep.runs()]
    if searches:
        write_output(path, plot_searches(searches).content(path.suffix[1:].lower()))
        typer.echo(f"the courses of the searches: {path}", err=True)


def _report(sweep: Sweep, as_json: bool, as_csv: bool) -> None:
    """The table on stdout, or all of it as JSON; what to do next on stderr."""
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.sweep_view import show_sweep
    from leapscli.tasks.registry import task

    for name in dict.fromkeys(job.task for job in sweep.jobs):
        found = [run.manifest.metrics["return_searched"] for job, run in sweep.runs() if job.task == name]
        say_beyond(task(name), max(found, default=None))
    if as_json:
        print_json(sweep.record())
        return
    if as_csv:
        print_csv(sweep.record()["runs"])
        return
    show_sweep(screen(), sweep.board)
    if runs := sweep.runs():
        typer.echo(f"the runs are called like {runs[-1][0].name}: leaps run {runs[-1][0].name}", err=True)
