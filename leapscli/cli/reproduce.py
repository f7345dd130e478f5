"""`leaps reproduce`: the paper's data, model and search, one after the other, beside the paper's table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.bench import write_page
from leapscli.cli.gen_data import gen_data
from leapscli.cli.help import App
from leapscli.cli.options import DeviceOption, DryRunOption, WorkspaceOption, command_line
from leapscli.cli.sweep import SeedsOption
from leapscli.cli.sweep_options import ParallelOption, end, run_sweep
from leapscli.cli.train import train
from leapscli.errors import ArtifactError

if TYPE_CHECKING:
    from leapscli.artifacts.store import Workspace

NAME = "paper"  # of the dataset and of the model
DATA, MODEL, SEARCH = "paper", "leaps", "paper"  # recipes
SUITE = "leaps"
DIFFERENCES = (
    "Data: no demonstration without an action; of the two outcomes of an `IF` only that which runs its body must be "
    "demonstrated; the splits keep programs that behave alike together.",
    "Decoder: the grammar's mask also knows how many tokens are left, so that every program that is decoded runs.",
    "L_R has the reward of a second sample as its baseline, and starts at 80% reconstruction.",
    "CEM: candidates with negative returns weigh nothing; of equal ones the earlier are elite; what is reported is the "
    "best program seen, not that of the last mean.",
    "Returns are on 1,000 fresh states; the paper's are on the 10 that were searched.",
)
TrainTimeOption = Annotated[
    str | None,
    typer.Option(
        "--train-time",
        metavar="TIME",
        help="Stop training after this long: 90s, 45m, 2h.",
        show_default="20,000 steps",
    ),
]
SearchTimeOption = Annotated[str, typer.Option("--search-time", metavar="TIME", help="Longest time of each search.")]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write the page to.")]


def register(app: App) -> None:
    """Adds `leaps reproduce`."""
    app.command()(reproduce)


def reproduce(
    seeds: SeedsOption = 5,
    train_time: TrainTimeOption = None,
    search_time: SearchTimeOption = "1h",
    parallel: ParallelOption = None,
    device: DeviceOption = "auto",
    output: OutputOption = Path("REPRODUCTION.md"),
    workspace: WorkspaceOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Reproduce the paper: its dataset, its model with all three losses, and its search, beside its table.

    Some hours on two cores, most of them training. What is made already is not made again: the same command continues
    where it was stopped.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.engine.engine import core_count
    from leapscli.stages.sweep.jobs import methods, plan_jobs, task_names
    from leapscli.stages.sweep.sweep import Sweep
    from leapscli.stages.user_files import check_writable

    check_writable(output)
    place = Workspace.locate(workspace)
    if dry_run:
        for line in _commands(seeds, train_time, search_time):
            typer.echo(line)
        return
    if not _has_data(place):
        gen_data(recipe=DATA, name=NAME, workspace=workspace, resume=True)
    train(recipe=MODEL, data=NAME, name=NAME, max_time=train_time, device=device, workspace=workspace, resume=True)
    jobs = plan_jobs(
        place,
        task_names([SUITE]),
        methods([SEARCH], []),
        seeds,
        model=NAME,
        overrides=[f"max_time={search_time}"],
        command=command_line(),
        device=device,
    )
    sweep = Sweep(jobs, place)
    run_sweep(sweep, parallel)
    if not sweep.left:
        write_page(sweep, seeds, parallel or core_count(), output, differences=DIFFERENCES)
    end(sweep)


def _has_data(place: Workspace) -> bool:
    """True if the dataset is there already. Raises ArtifactError for another one of that name."""
    from leapscli.recipes.loading import load_recipe

    found = [each for each in place.list("dataset") if each.name == NAME]
    if found and found[-1].manifest.recipe != load_recipe("dataset", DATA, [], place.root).resolved():
        raise ArtifactError(
            f"{found[-1].reference} was made from another recipe than {DATA}", "use another --workspace"
        )
    return bool(found)


def _commands(seeds: int, train_time: str | None, search_time: str) -> list[str]:
    """The commands that this one stands for."""
    limit = f" --max-time {train_time}" if train_time else ""
    return [
        f"leaps gen-data --recipe {DATA} --name {NAME}",
        f"leaps train --recipe {MODEL} --data {NAME} --name {NAME}{limit}",
        f"leaps sweep {SUITE} --recipe {SEARCH} --model {NAME} --seeds {seeds} --max-time {search_time}",
    ]
