"""`leaps train`: learn a program embedding from a dataset."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
    resume_line,
)
from leapscli.cli.streams import keeping
from leapscli.errors import Interrupted, LeapsError
from leapscli.locations import here
from leapscli.signals import graceful_stop

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.stages.train import TrainingPlan

RecipeOption = Annotated[
    str | None,
    typer.Option("--recipe", metavar="NAME|FILE", help=recipe_help("models"), show_default="short"),
]
DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DATASET",
        show_default="the newest",
        help="Dataset to train on: karel, karel@v3, or its folder.",
    ),
]
MaxTimeOption = Annotated[
    str | None,
    typer.Option("--max-time", metavar="TIME", help="Stop after this long: 90s, 45m, 2h.", show_default=False),
]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the model.")]
TensorBoardOption = Annotated[
    Path | None,
    typer.Option(
        "--tensorboard", metavar="DIR", help="Write TensorBoard event files below this folder.", show_default=False
    ),
]
PAUSE = 2.0  # seconds in which the first process can say what is wrong: when another ends, torchrun ends it too


def register(app: App) -> None:
    """Adds `leaps train`."""
    app.command()(train)


def train(
    recipe: RecipeOption = None,
    data: DataOption = None,
    settings: SetOption = None,
    seed: SeedOption = None,
    max_time: MaxTimeOption = None,
    device: DeviceOption = "auto",
    name: NameOption = "leaps",
    tensorboard: TensorBoardOption = None,
    workspace: WorkspaceOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Learn a latent space of programs from a dataset.

    The result is a model: weights.safetensors, from the best validation, metrics.jsonl, and a checkpoint to resume
    from. The default recipe takes some minutes on two cores; --recipe leaps is the paper's.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.kinds import DEFAULTS
    from leapscli.recipes.loading import load_recipe
    from leapscli.stages.train import prepare

    place = Workspace.locate(workspace)
    chosen = overrides([*(settings or []), *([f"max_time={max_time}"] if max_time else [])], seed)
    with _one_voice():
        settled = load_recipe("model", recipe or DEFAULTS["model"], chosen, place.root)
        plan = prepare(settled, place, data, name, device, tensorboard)
        if not dry_run:
            artifact = _run(plan, resume)
            if artifact:
                with keeping(artifact):
                    _report(artifact, as_json)
        elif plan.ranks.leads:
            _say_plan(plan, as_json)


@contextmanager
def _one_voice() -> Iterator[None]:
    """Of the processes that torchrun started, which meet the same mistakes, only the first says what is wrong."""
    try:
        yield
    except LeapsError as error:
        if "TORCHELASTIC_RUN_ID" in os.environ and os.environ["RANK"] != "0":
            time.sleep(PAUSE)
            raise typer.Exit(error.exit_code) from None
        raise


def _run(plan: TrainingPlan, resume: bool) -> Artifact | None:
    from leapscli.jit import announce_compilation
    from leapscli.progress import Silent
    from leapscli.report.terminal.training_view import training_view
    from leapscli.stages.train import train

    leads, command = plan.ranks.leads, _launched(command_line(), plan)
    view = training_view() if leads else nullcontext((Silent(), None))
    with graceful_stop(quiet=not leads) as stop, view as (reporter, watch):
        announce_compilation(reporter.note)
        try:
            return train(plan, reporter=reporter, watch=watch, stop=stop, resume=resume, command=command)
        except Interrupted as error:
            raise Interrupted(error.message, _launched(resume_line(), plan)) from None


def _launched(command: str, plan: TrainingPlan) -> str:
    """The command with what started it."""
    if plan.ranks.count == 1:
        return command
    return f"torchrun --nproc-per-node {plan.ranks.here} -m leapscli {command.removeprefix('leaps ')}"


def _say_plan(plan: TrainingPlan, as_json: bool) -> None:
    """Print what training would do."""
    facts: dict[str, Any] = {**plan.facts, "name": plan.name, "recipe": plan.recipe.resolved()}
    if as_json:
        print_json(facts)
        return
    f, r = plan.facts, plan.recipe
    limit = f", at most {r.max_time:g} s" if r.max_time else ""
    typer.echo(
        f"would train {f['weights']:,} weights on {f['train']:,} programs of {f['dataset']}, in {f['precision']}: "
        f"{r.steps:,} steps of {min(r.optimizer.batch, f['train'])}{limit}",
        err=True,
    )


def _report(artifact: Artifact, as_json: bool) -> None:
    """The result on stdout; where it is, and what to do next, on stderr."""
    metrics, found = artifact.manifest.metrics, artifact.manifest.metrics["validation"]
    if as_json:
        print_json({"artifact": artifact.reference, "path": str(artifact.path), **metrics})
        return
    long = found["reconstruction_long"]
    typer.echo(f"reconstructs {found['reconstruction']:.1%} of the validation programs"
               + (f" ({long:.1%} of those with 30 tokens or more)" if long is not None else ""))  # fmt: skip
    if "action_accuracy" in found:
        typer.echo(f"the executor takes {found['action_accuracy']:.1%} of their actions")
    typer.echo(f"after {metrics['step']:,} steps, {metrics['programs']:,} programs, {metrics['seconds']:.0f} s")
    if metrics["ended"] == "time" or found["reconstruction"] < 0.9:
        typer.echo("note: it gains from more: a higher steps or --max-time with --resume, or --recipe leaps", err=True)
    typer.echo(f"{here(artifact.path)} ({artifact.reference}); next: leaps synthesize --task harvester", err=True)
