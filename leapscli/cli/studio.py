"""`leaps studio`: a local page to write programs on."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import WorkspaceOption
from leapscli.errors import InputError, MissingExtra

FileArgument = Annotated[
    Path | None, typer.Argument(metavar="[PROGRAM]", help="Program file to open.", show_default=False)
]
FirstTaskOption = Annotated[
    str | None,
    typer.Option(
        "--task",
        metavar="TASK|FILE",
        help="Task to begin with. A task file of your own can be chosen on the page, too.",
        show_default="harvester",
    ),
]
FirstSizeOption = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="N|HxW",
        help="Size of the worlds to begin with, as in 14x22.",
        show_default="the task's own",
    ),
]
SpaceOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Model for neighbours and searches: leaps, leaps@v3, shipped, or its folder.",
        show_default="the newest model",
    ),
]
PortOption = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="N", min=0, max=65535, help="Port to serve on; 0 takes any.", show_default="8317, or the next"
    ),
]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]


def register(app: App) -> None:
    """Adds `leaps studio`."""
    app.command()(studio)


def studio(
    file: FileArgument = None,
    task: FirstTaskOption = None,
    size: FirstSizeOption = None,
    model: SpaceOption = None,
    port: PortOption = None,
    open_: OpenOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write programs in the browser, with their returns beside them as you type.

    The page is served on this machine alone, and only to who has its address. It plays episodes, searches from the
    program, and shows what the workspace holds. It saves program files in the current folder.
    """
    for module in ("starlette", "uvicorn"):
        if find_spec(module) is None:
            raise MissingExtra(module, "studio")
    from leapscli.artifacts.store import Workspace
    from leapscli.jit import announce_compilation
    from leapscli.studio.server import serve

    if file is not None and not file.is_file():
        raise InputError(f"{file}: no such file", "leave it out to begin with an empty program")
    place = Workspace.locate(workspace)
    if model is not None:
        place.resolve(model, "model")
    announce_compilation()

    def ready(address: str) -> None:
        typer.echo(address)
        typer.echo("Ctrl-C ends it", err=True)
        if open_:
            typer.launch(address)

    serve(place, folder=Path(), file=file, task=task, size=size, model=model, port=port, ready=ready)
