"""`leaps data`: look into datasets, and exchange them with the published code."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import JsonOption, WorkspaceOption, command_line, print_json
from leapscli.cli.program_options import StyleChoice
from leapscli.cli.streams import keeping
from leapscli.errors import InputError
from leapscli.signals import graceful_stop


class SplitChoice(StrEnum):
    """Splits as typed on the command line."""

    train = "train"
    validation = "validation"
    test = "test"


class FormatChoice(StrEnum):
    """Formats that a dataset can be written in."""

    leaps = "leaps"


ReferenceArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[DATASET]", help="karel (the newest version), karel@v3, or its folder.", show_default="the newest"
    ),
]
StyleOption = Annotated[
    StyleChoice, typer.Option("--style", metavar="tokens|python", help="Show programs in this form.")
]
SplitOption = Annotated[
    SplitChoice | None,
    typer.Option("--split", metavar="train|validation|test", help="Only programs of this split.", show_default=False),
]

commands = App(help="Show, sample, import and export datasets.")


def register(app: App) -> None:
    """Adds `leaps data`."""
    app.add_typer(commands, name="data")


@commands.command()
def show(reference: ReferenceArgument = None, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show the statistics of a dataset."""
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.data.samples import describe

    found = describe(Workspace.locate(workspace).resolve(reference, "dataset"))
    if as_json:
        print_json(found)
        return
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.dataset_view import show_dataset

    show_dataset(screen(), found)


@commands.command()
def sample(
    reference: ReferenceArgument = None,
    count: Annotated[int, typer.Option("-n", metavar="N", min=1, help="Number of programs.")] = 5,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Random seed of the choice.")] = 0,
    split: SplitOption = None,
    style: StyleOption = StyleChoice.tokens,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show some programs of a dataset, each with a demonstration."""
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.data.samples import sample as draw

    artifact = Workspace.locate(workspace).resolve(reference, "dataset")
    samples = draw(artifact, count, seed, split.value if split else None)
    if as_json:
        print_json([each.record() for each in samples])
        return
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.dataset_view import show_samples

    show_samples(screen(), samples, style.value)


@commands.command("import")
def import_(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder with data.hdf5 and id.txt; or JSON lines, a file or a folder."),
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the dataset.")] = "karel",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a published dataset, and check every program and trace by running it.

    It may be in the layout of the LEAPS code, or JSON lines of the program-synthesis data: a program and its examples
    on each.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.jit import announce_compilation
    from leapscli.report.terminal.progress_bars import progress
    from leapscli.stages.data.exchange import import_dataset

    place = Workspace.locate(workspace)
    with graceful_stop() as stop, progress() as reporter:
        announce_compilation(reporter.note)
        artifact = import_dataset(path, place, name=name, reporter=reporter, stop=stop, command=command_line())
    found = artifact.manifest.metrics
    with keeping(artifact):
        if as_json:
            print_json({"artifact": artifact.reference, "path": str(artifact.path), **found})
        else:
            skipped = sum(each["records"] for each in found["skipped"].values())
            left_out = f", {skipped:,} left out" if skipped else ""
            typer.echo(f"{found['programs']:,} programs{left_out}; every demonstration is what its program does")
            for each in found["skipped"].values():
                typer.echo(f"left out: {each['records']:,}: {each['why']}; first {each['first']}", err=True)
    typer.echo(f"{artifact.path} ({artifact.reference}); next: leaps data show, or leaps train", err=True)


@commands.command()
def export(
    places: Annotated[
        list[str],
        typer.Argument(
            metavar="[DATASET] OUT", help="Dataset to export (default: the newest), and the folder to make."
        ),
    ],
    form: Annotated[
        FormatChoice,
        typer.Option("--format", metavar="leaps", help="Layout; leaps is what the published trainer reads."),
    ] = (FormatChoice.leaps),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Export a dataset in the published layout: a folder with data.hdf5 and id.txt."""
    from leapscli.artifacts.store import Workspace
    from leapscli.report.terminal.progress_bars import progress
    from leapscli.stages.data.exchange import export_dataset
    from leapscli.stages.user_files import is_stdout

    if len(places) > 2:
        raise InputError(f"{len(places)} places given", "leaps data export [DATASET] OUT")
    out = Path(places[-1])
    if is_stdout(out):
        raise InputError("a dataset is a folder of two files, which standard output cannot take", "name a new folder")
    artifact = Workspace.locate(workspace).resolve(places[0] if len(places) == 2 else None, "dataset")
    with graceful_stop() as stop, progress() as reporter:
        count = export_dataset(artifact, out, reporter=reporter, stop=stop)
    if as_json:
        print_json({"artifact": artifact.reference, "format": form.value, "path": str(out), "programs": count})
    else:
        typer.echo(f"{count:,} programs of {artifact.reference} in {out / 'data.hdf5'}")
