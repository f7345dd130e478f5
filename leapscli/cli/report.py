"""`leaps report`: what was made, as a page for a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from leapscli.cli.artifacts import KindOption
from leapscli.cli.help import App
from leapscli.cli.options import WorkspaceOption

ReferencesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[REFERENCE]...",
        help="Artifact to show: harvester, harvester@v3, its folder; or several runs, also by a pattern: 'maze-*'.",
        show_default="the newest run",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="File to write the page to.", show_default="named after the artifact"
    ),
]
PlayOption = Annotated[
    str | None,
    typer.Option(
        "--task",
        metavar="TASK|FILE",
        help="Task that programs play, or a task file of your own.",
        show_default="the one they were found for",
    ),
]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]


def register(app: App) -> None:
    """Adds `leaps report`."""
    app.command()(report)


def report(
    references: ReferencesArgument = None,
    output: OutputOption = None,
    task: PlayOption = None,
    kind: KindOption = None,
    open_: OpenOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a page about a run, several runs, a model, a dataset, a policy or an evaluation.

    The page is one HTML file, which needs nothing else. Programs play in it, step by step. A sweep is the page of its
    runs: `leaps report 'maze-*'`.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.jit import announce_compilation
    from leapscli.stages.report.report import find
    from leapscli.stages.report.report import report as make
    from leapscli.stages.user_files import check_writable, is_stdout, write_output

    place = Workspace.locate(workspace)
    chosen: Any = kind.value if kind else None
    found = find(place, references, chosen) if references else [place.resolve(None, chosen or "run")]
    name = f"{found[0].name}-v{found[0].version}.html" if len(found) == 1 else "report.html"
    path = output or Path(name)
    check_writable(path)
    announce_compilation()
    write_output(path, make(place, found, task))
    if is_stdout(path):
        return
    typer.echo(str(path))
    if open_:
        typer.launch(path.absolute().as_uri())
