"""`leaps gen-data`: make a dataset of random programs with demonstrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from leapscli.recipes.dataset import DatasetRecipe

RecipeOption = Annotated[str, typer.Option("--recipe", metavar="NAME|FILE", help="paper, smoke, large, or a file.")]
NameOption = Annotated[str, typer.Option("--name", help="What to call the dataset.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Threads; all cores, if not given.", show_default=False)
]


def register(app: typer.Typer) -> None:
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
    """Make a dataset: distinct random programs, each demonstrated on random worlds."""
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.loading import load_recipe

    place = Workspace.locate(workspace)
    chosen = load_recipe("dataset", recipe, overrides(settings, seed), place.root)

    from leapscli.cli.signals import graceful_stop
    from leapscli.errors import Interrupted
    from leapscli.jit import announce_compilation
    from leapscli.report.progress import progress
    from leapscli.stages.generate import check, generate

    check(chosen, place, name)
    if dry_run:
        _say_plan(chosen, place.root, name, as_json)
        raise typer.Exit
    announce_compilation()
    try:
        with progress() as reporter, graceful_stop() as stop:
            artifact = generate(
                chosen, place, name=name, workers=workers, reporter=reporter, stop=stop, resume=resume,
                command=command_line(),
            )  # fmt: skip
    except Interrupted as stopped:
        raise Interrupted(stopped.message, f"go on with `{resume_line()}`") from None
    if as_json:
        print_json({"reference": artifact.reference, "path": str(artifact.path), "metrics": artifact.manifest.metrics})
    else:
        typer.echo(artifact.path)
    typer.echo(f"dataset {artifact.reference} is made; next: `leaps train`", err=True)


def _say_plan(recipe: DatasetRecipe, root: Path, name: str, as_json: bool) -> None:
    """What would be made, and where."""
    plan = {"name": name, "workspace": str(root), "recipe": recipe.resolved()}
    if as_json:
        print_json(plan)
    else:
        settings = " ".join(f"{key}={value}" for key, value in recipe.resolved().items())
        typer.echo(f"would make {root / 'datasets' / name}: {settings}")
