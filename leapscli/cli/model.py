"""`leaps model`: how good a model is, what its space looks like, and models of the literature."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leapscli.artifacts.layout import EVALUATION
from leapscli.cli.help import App
from leapscli.cli.options import (
    CsvOption,
    DeviceOption,
    JsonOption,
    WorkspaceOption,
    command_line,
    one_format,
    print_csv,
    print_json,
)
from leapscli.cli.program_options import StyleOption
from leapscli.cli.streams import keeping
from leapscli.locations import here

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact

ReferenceArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODEL]",
        help="leaps (the newest version), leaps@v3, shipped, or its folder.",
        show_default="the newest model",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        show_default="the newest model",
        help="Model: leaps, leaps@v3, shipped, or its folder.",
    ),
]
DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DATASET",
        help="Dataset whose held-out programs are used.",
        show_default="the one that the model was trained on",
    ),
]
ProgramsOption = Annotated[
    int, typer.Option("--programs", metavar="N", min=2, max=50_000, help="Number of held-out programs.")
]
DrawSeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", min=0, help="Random seed of the programs, vectors and worlds drawn.")
]
ProgramArgument = Annotated[
    str,
    typer.Argument(metavar="PROGRAM", help="A program file, - for standard input, or a run: harvester, harvester@v3."),
]
StepsOption = Annotated[
    int, typer.Option("--steps", metavar="N", min=2, max=10_000, help="Number of points on the line, with both ends.")
]
SigmaOption = Annotated[float, typer.Option("--sigma", metavar="X", min=0, help="Standard deviation of the noise.")]
CountOption = Annotated[int, typer.Option("-n", metavar="N", min=1, max=100_000, help="Show at most N programs.")]
SamplesOption = Annotated[
    int, typer.Option("--samples", metavar="N", min=1, max=100_000, help="Number of vectors to draw.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the PNG files.", show_default="the current one")
]
CheckpointArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="Checkpoint file, such as best_valid_params.ptp or leaps_vae_128.ptp.")
]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the model.")]

commands = App(help="Measure models, explore their latent space, and import published ones.")


ModelsArgument = Annotated[
    list[str], typer.Argument(metavar="MODEL...", help="Models to compare: leaps, leaps@v3, shipped, or their folders.")
]


def register(app: App) -> None:
    """Adds `leaps model`."""
    app.add_typer(commands, name="model")


@commands.command()
def evaluate(
    model: ReferenceArgument = None,
    data: DataOption = None,
    programs: ProgramsOption = 2000,
    seed: DrawSeedOption = 0,
    device: DeviceOption = "auto",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a model on held-out programs: reconstruction, latent space, smoothness.

    The result is an evaluation: evaluation.json, and a manifest that names the model and the dataset.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.model_view import show_quality
    from leapscli.report.terminal.progress_bars import progress
    from leapscli.stages.model.evaluate import evaluate as evaluate_stage
    from leapscli.stages.model.evaluate import prepare

    plan = prepare(Workspace.locate(workspace), model, data, programs, seed, device)
    with progress() as reporter:
        _announce(reporter.note)
        artifact = evaluate_stage(plan, reporter=reporter, command=command_line())
    found = json.loads(artifact.file(EVALUATION).read_text(encoding="utf-8"))
    with keeping(artifact):
        if as_json:
            print_json({"artifact": artifact.reference, "path": str(artifact.path), **found})
            return
        show_quality(screen(), found)
    typer.echo(f"{here(artifact.path)} ({artifact.reference})", err=True)


@commands.command()
def interpolate(
    start: ProgramArgument,
    end: ProgramArgument,
    steps: StepsOption = 9,
    model: ModelOption = None,
    style: StyleOption = None,
    seed: DrawSeedOption = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the programs on the straight line between two programs of the latent space.

    Beside each stands how similarly it behaves to both ends on 100 random worlds: the share of the longer trace over
    which they agree from the start.
    """
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.model_view import show_line
    from leapscli.stages.model.walks import interpolate as interpolate_stage

    artifact, (first, second) = _find(workspace, model, start, end)
    line = interpolate_stage(artifact, first, second, steps, seed)
    print_json(line.record()) if as_json else show_line(screen(), line, style.value if style else None)


@commands.command()
def neighbours(
    program: ProgramArgument,
    sigma: SigmaOption = 0.5,
    count: CountOption = 12,
    samples: SamplesOption = 1000,
    model: ModelOption = None,
    style: StyleOption = None,
    seed: DrawSeedOption = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the programs around one: what its latent vector decodes to with noise added, most frequent first."""
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.model_view import show_neighbourhood
    from leapscli.stages.model.walks import neighbours as neighbours_stage

    artifact, (own,) = _find(workspace, model, program)
    found = neighbours_stage(artifact, own, sigma=sigma, samples=samples, count=count, seed=seed)
    print_json(found.record()) if as_json else show_neighbourhood(screen(), found, style.value if style else None)


@commands.command()
def plot(
    model: ReferenceArgument = None,
    out: OutOption = None,
    data: DataOption = None,
    programs: ProgramsOption = 4000,
    seed: DrawSeedOption = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plot the training curves of a model, and its programs in two dimensions, coloured by behaviour."""
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.model.plots import plot as plot_stage

    place = Workspace.locate(workspace)
    artifact = place.resolve(model, "model")
    _announce()
    paths = plot_stage(place, artifact, out or Path(), data, programs, seed)
    if "training" not in paths:
        typer.echo(f"{artifact.reference} has no record of its training", err=True)
    if as_json:
        print_json({name: str(path) for name, path in paths.items()})
        return
    for path in paths.values():
        typer.echo(path)


@commands.command()
def compare(
    models: ModelsArgument,
    programs: ProgramsOption = 2000,
    seed: DrawSeedOption = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Compare models: how many of the same random programs each gives back exactly, by length, and how fast.

    The programs are drawn anew, of all lengths, without a dataset's filter.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.model_view import show_comparison
    from leapscli.report.terminal.progress_bars import progress
    from leapscli.stages.model.compare import compare as compare_stage

    one_format(as_json, as_csv)
    place = Workspace.locate(workspace)
    found = [place.resolve(reference, "model") for reference in models]
    with progress() as reporter:
        _announce(reporter.note)
        records = compare_stage(found, programs, seed, reporter)
    if as_json:
        print_json(records)
    elif as_csv:
        print_csv(records)
    else:
        show_comparison(screen(), records)


@commands.command("import")
def import_(
    checkpoint: CheckpointArgument,
    name: NameOption = "published",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a published model: a checkpoint of the LEAPS code, or of the work that followed it.

    PyTorch's files and safetensors are read as data; nothing in them is run.
    """
    from leapscli.artifacts.artifact import check_name
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.model.importing import import_model

    found = import_model(checkpoint, Workspace.locate(workspace), check_name(name), command_line())
    with keeping(found.model):
        if as_json:
            print_json({"artifact": found.model.reference, "path": str(found.model.path), **found.recognised,
                        "reconstruction_random": found.reconstruction, "left_out": found.left_out})  # fmt: skip
            return
        typer.echo(f"recognised {_recognised(found.recognised)}")
        typer.echo(f"reconstructs {found.reconstruction:.1%} of 1,000 random programs")
    for note in found.left_out:
        typer.echo(f"left out: {note}", err=True)
    if found.reconstruction < 0.01:
        typer.echo("note: hardly any, in no order of tokens that is known; was it trained for long?", err=True)
    reference = found.model.reference
    typer.echo(f"{here(found.model.path)} ({reference}); next: leaps model evaluate {reference}", err=True)


def _recognised(found: dict[str, Any]) -> str:
    """One line that describes a checkpoint that was recognised."""
    order = "our order" if found["token_order"] == "leaps" else f"the order of {found['token_order']}, put into ours"
    parts = [found["family"], f"{found['latent']} latent dimensions", f"{found['hidden']} units"]
    parts += [f"{found['tokens']} tokens in {order}"]
    parts += ["one embedding for both sides"] if found["shared_embedding"] else []
    parts += ["tanh after sampling"] if found["tanh_after_sample"] else []
    return ", ".join(parts)


def _find(workspace: Path | None, model: str | None, *programs: str) -> tuple[Artifact, list[Any]]:
    """The model, and the programs."""
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.sources import load_program

    place = Workspace.locate(workspace)
    found = [load_program(program, place).program for program in programs]
    artifact = place.resolve(model, "model")
    _announce()
    return artifact, found


def _announce(*say: Callable[[str], None]) -> None:
    """Tell of the engine being compiled; called once the input is known to be good, since it loads numba."""
    from leapscli.jit import announce_compilation

    announce_compilation(*say)
