"""`leaps new`: a commented file to begin a task, a searcher or a world with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leapscli.cli.help import App


class What(StrEnum):
    """Kinds of files as typed on the command line."""

    task = "task"
    searcher = "searcher"
    world = "world"


WhatArgument = Annotated[What, typer.Argument(metavar="task|searcher|world", help="Kind of file to write.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the file, without its ending.")]
NEXT = {
    "task": "leaps tasks {path}; then leaps synthesize --task {path}; leaps docs tasks explains its parts",
    "searcher": "leaps synthesize maze --searcher {path}; leaps docs searchers explains its parts",
    "world": "leaps run PROGRAM --world {path}",
}


def register(app: App) -> None:
    """Adds `leaps new`."""
    app.command()(new)


def new(what: WhatArgument, name: NameArgument) -> None:
    """Write a file to begin with: a task, a searcher or a world.

    It runs as it is, and its comments say what to change. Nothing that exists is overwritten.
    """
    from leapscli.stages.new import new as write

    path = write(what.value, name, Path())
    typer.echo(str(path))
    typer.echo(f"next: {NEXT[what].format(path=f'./{path}')}", err=True)
