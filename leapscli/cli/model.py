"""`leaps model`: how good a model is, what its space looks like, and models of the literature."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leapscli.cli.options import DeviceOption, JsonOption, WorkspaceOption, command_line, print_json
from leapscli.cli.program_options import StyleOption

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact

ReferenceArgument = Annotated[
    str | None,
    typer.Argument(metavar="[MODEL]", help="leaps (the newest), leaps@v3, or a path. Else the newest model.",
                   show_default=False),
]  # fmt: skip
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="leaps (the newest), leaps@v3, or a path. Else the newest model.", show_default=False),
]
DataOption = Annotated[
    str | None,
    typer.Option("--data", help="Take held-out programs of this dataset. Else of the one it was trained on.",
                 show_default=False),
]  # fmt: skip
ProgramsOption = Annotated[int, typer.Option("--programs", min=2, max=50_000, help="How many held-out programs.")]
DrawSeedOption = Annotated[int, typer.Option("--seed", min=0, help="Of all that is drawn: programs, vectors, worlds.")]
ProgramArgument = Annotated[
    str, typer.Argument(metavar="PROGRAM", help="A program file, - for stdin, or a run (harvester, harvester@v3).")
]
StepsOption = Annotated[int, typer.Option("--steps", min=2, max=10_000, help="Points on the line, both ends included.")]
SigmaOption = Annotated[float, typer.Option("--sigma", min=0, help="Standard deviation of the noise.")]
CountOption = Annotated[int, typer.Option("-n", min=1, help="Show at most so many programs.")]
SamplesOption = Annotated[int, typer.Option("--samples", min=1, max=100_000, help="Draw so many vectors.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the PNGs. Else the current one.",
                              show_default=False)
]  # fmt: skip
CheckpointArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="best_valid_params.ptp, leaps_vae_128.ptp or the like.")
]
NameOption = Annotated[str, typer.Option("--name", help="What the model shall be called.")]

commands = typer.Typer(no_args_is_help=True, help="Measure models, look into their latent space, import others.")


def register(app: typer.Typer) -> None:
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

    The result is an evaluation: evaluation.json, with a manifest that names model and dataset.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.report.console import screen
    from leapscli.report.model_view import show_quality
    from leapscli.report.progress import progress
    from leapscli.stages.model_evaluation import EVALUATION, prepare
    from leapscli.stages.model_evaluation import evaluate as evaluate_stage

    plan = prepare(Workspace.locate(workspace), model, data, programs, seed, device)
    with progress() as reporter:
        _announce(reporter.note)
        artifact = evaluate_stage(plan, reporter=reporter, command=command_line())
    found = json.loads(artifact.file(EVALUATION).read_text(encoding="utf-8"))
    if as_json:
        print_json({"artifact": artifact.reference, "path": str(artifact.path), **found})
        return
    show_quality(screen(), found)
    typer.echo(f"{_shown(artifact.path)} ({artifact.reference})", err=True)


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
    """Show the programs on the straight line between two.

    With each stands how alike it behaves to both ends on 100 random worlds: the share of the longer trace that agrees
    from the start.
    """
    from leapscli.report.console import screen
    from leapscli.report.model_view import show_line
    from leapscli.stages.model_walks import interpolate as interpolate_stage

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
    """Show the programs around one: what its encoding decodes to when noise is added, the commonest first."""
    from leapscli.report.console import screen
    from leapscli.report.model_view import show_neighbourhood
    from leapscli.stages.model_walks import neighbours as neighbours_stage

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
    """Draw a model's training curves, and its programs in two dimensions, coloured by behaviour."""
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.model_plots import plot as plot_stage

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


@commands.command("import")
def import_(
    checkpoint: CheckpointArgument,
    name: NameOption = "published",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take over a model of the literature: a checkpoint of the LEAPS code, or of the work that followed it.

    PyTorch's files and safetensors are read as data; nothing in them is run.
    """
    from leapscli.artifacts.artifact import check_name
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.model_import import import_model

    found = import_model(checkpoint, Workspace.locate(workspace), check_name(name), command_line())
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
    typer.echo(f"{_shown(found.model.path)} ({reference}); next: leaps model evaluate {reference}", err=True)


def _recognised(found: dict[str, Any]) -> str:
    """What a checkpoint turned out to be, in a line."""
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


def _shown(path: Path) -> Path:
    """A path as it is written from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
