"""`leaps gen-data`: make a dataset of random programs with demonstrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
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
    recipe_help,
    resume_line,
)
from leapscli.cli.streams import keeping
from leapscli.errors import Interrupted
from leapscli.locations import here
from leapscli.signals import graceful_stop

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.dataset import DatasetRecipe

RecipeOption = Annotated[str, typer.Option("--recipe", metavar="NAME|FILE", help=recipe_help("datasets"))]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the dataset.")]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Number of threads.", show_default="one per core"),
]


def register(app: App) -> None:
    """Adds `leaps gen-data`."""
    app.command("gen-data")(gen_data)


def gen_data(
    recipe: RecipeOption = "paper",
    settings: SetOption = None,
    seed: SeedOption = None,
    name: NameOption = "karel",
    workers: WorkersOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a dataset of random programs, each demonstrated on random worlds.

    The result depends only on the recipe and its seed. Next: leaps train, or leaps data show.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.loading import load_recipe

    place = Workspace.locate(workspace)
    chosen = load_recipe("dataset", recipe, overrides(settings, seed), place.root)
    from leapscli.stages.generate.generate import check

    check(chosen, place, name)
    if dry_run:
        _say_plan(chosen, place.root, name, as_json)
    else:
        artifact = _make(chosen, place, name, workers, resume)
        with keeping(artifact):
            _report(artifact, as_json)


def _make(recipe: DatasetRecipe, place: Workspace, name: str, workers: int | None, resume: bool) -> Artifact:
    from leapscli.jit import announce_compilation
    from leapscli.report.terminal.progress_bars import progress
    from leapscli.stages.generate.generate import generate

    with graceful_stop() as stop, progress() as reporter:
        announce_compilation(reporter.note)
        try:
            return generate(
                recipe, place, name=name, workers=workers, reporter=reporter, stop=stop, resume=resume,
                command=command_line(),
            )  # fmt: skip
        except Interrupted as error:
            raise Interrupted(error.message, resume_line()) from None


def _say_plan(recipe: DatasetRecipe, root: Path, name: str, as_json: bool) -> None:
    """Print what would be made, and where."""
    if as_json:
        print_json({"name": name, "workspace": str(root), "recipe": recipe.resolved()})
        return
    size = f"{recipe.demonstrations} demonstrations each on {recipe.height}×{recipe.width} worlds"
    typer.echo(f"would make {root / 'datasets' / name}: {recipe.programs:,} programs, {size}", err=True)


def _report(artifact: Artifact, as_json: bool) -> None:
    """The result on stdout; where it is, and what to do next, on stderr."""
    found = artifact.manifest.metrics
    if as_json:
        print_json({"artifact": artifact.reference, "path": str(artifact.path), **found})
        return
    splits = ", ".join(f"{count:,} {name}" for name, count in found["splits"].items())
    typer.echo(f"{found['programs']:,} programs: {splits}")
    dropped = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in found["dropped"].items())
    typer.echo(f"of {found['distinct_candidates']:,} distinct ones drawn; dropped: {dropped}")
    typer.echo(f"{here(artifact.path)} ({artifact.reference}); next: leaps train", err=True)
