"""`leaps recipes`: what can be named after --recipe and --searcher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import JsonOption, WorkspaceOption, print_json

if TYPE_CHECKING:
    from leapscli.stages.recipe_list import RecipeEntry

NameArgument = Annotated[
    str | None, typer.Argument(metavar="[RECIPE]", help="Print this one. Without it, list all.", show_default=False)
]
SPACES = {"latent": "in a model's latent space", "program": "among programs, without a model"}
COMMANDS = {"dataset": "gen-data", "model": "train", "search": "synthesize", "policy": "baseline"}


def register(app: App) -> None:
    """Adds `leaps recipes`."""
    app.command()(recipes)


def recipes(name: NameArgument = None, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the recipes and searchers, or print a recipe.

    A recipe is a YAML file that says how to make a dataset, train a model or run a search. Those in the workspace come
    before those that ship with leaps.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.recipe_list import entries, named, searchers

    root = Workspace.locate(workspace).root
    if name is not None:
        _print(named(name, root), as_json)
        return
    found, spaces = entries(root), searchers()
    if as_json:
        print_json({"recipes": [_record(entry) for entry in found],
                    "searchers": [{"name": each, "space": space} for each, space in spaces.items()]})  # fmt: skip
        return
    _list(found, spaces)


def _record(entry: RecipeEntry) -> dict[str, object]:
    return {
        **{name: getattr(entry, name) for name in ("kind", "name", "purpose", "cost", "default")},
        "path": entry.path,
    }


def _list(found: list[RecipeEntry], spaces: dict[str, str]) -> None:
    """A table for each kind, then the searchers."""
    from leapscli.report.terminal.console import emit, screen
    from leapscli.report.terminal.outcome import table

    console = screen()
    for kind, command in COMMANDS.items():
        rows = [
            (entry.name, f"{entry.purpose}{' (the default)' if entry.default else ''}", entry.cost)
            for entry in found
            if entry.kind == kind
        ]
        emit(console, table((f"leaps {command} --recipe", "what for", "size, and time on two cores"), rows), "")
    by_space = [(words, ", ".join(name for name in spaces if spaces[name] == space)) for space, words in SPACES.items()]
    emit(console, table(("leaps synthesize --searcher", ""), by_space))
    typer.echo("leaps recipes RECIPE prints one; leaps docs recipes explains the settings", err=True)


def _print(found: list[RecipeEntry], as_json: bool) -> None:
    """The files of that name, each after its path."""
    if as_json:
        print_json([{**_record(entry), "text": entry.path.read_text(encoding="utf-8")} for entry in found])
        return
    for entry in found:
        typer.echo(f"{entry.kind} recipe {entry.path}", err=True)
        typer.echo(entry.path.read_text(encoding="utf-8"))
