"""`leaps learn`: a library of programs that solved their tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import JsonOption, WorkspaceOption, command_line, print_json

RunsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RUN]...",
        help="Runs to learn from: harvester, harvester@v3, or their folders.",
        show_default="every run of the workspace",
    ),
]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write the library to.")]


def register(app: App) -> None:
    """Adds `leaps learn`."""
    app.command()(learn)


def learn(
    runs: RunsArgument = None,
    output: OutputOption = Path("library.csv"),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn a library of programs from runs, for searches on other tasks.

    A search with the recipe library-evolution draws parts of these programs; those of its own task are left out. The
    library is a CSV file of tasks and programs, of the runs that reach 0.9 of their task's best return on fresh states.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.learn import learn as stage
    from leapscli.stages.user_files import check_writable

    check_writable(output)
    found = stage(Workspace.locate(workspace), runs or [], output, command_line())
    if as_json:
        print_json({"file": str(found.file), "programs": found.programs, "left_out": found.left_out})
        return
    short = f"; {found.left_out} runs fell short" if found.left_out else ""
    typer.echo(f"{sum(found.programs.values())} programs of {len(found.programs)} tasks{short}", err=True)
    typer.echo(f"{found.file}")
    typer.echo(f"next: leaps synthesize TASK --recipe library-evolution --set library={found.file}", err=True)
