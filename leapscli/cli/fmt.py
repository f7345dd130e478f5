"""`leaps fmt`: programs in their canonical layout, in token form or in Python form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import JsonOption, print_json
from leapscli.cli.program_options import StyleChoice
from leapscli.errors import InputError

if TYPE_CHECKING:
    from leapscli.stages.fmt import Formatted

FilesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Program files; - formats standard input to standard output."),
]
StyleOption = Annotated[
    StyleChoice | None,
    typer.Option(
        "--style", metavar="tokens|python", help="Convert to this form.", show_default="the form each file is in"
    ),
]
CheckOption = Annotated[bool, typer.Option("--check", help="Change nothing; exit with code 1 if a file would change.")]
STDIN = Path("-")


def register(app: App) -> None:
    """Adds `leaps fmt`."""
    app.command()(fmt)


def fmt(
    files: FilesArgument, style: StyleOption = None, check: CheckOption = False, as_json: JsonOption = False
) -> None:
    """Format program files in place, and keep their comments."""
    from leapscli.stages.fmt import format_files

    if STDIN in files:
        if len(files) > 1 or as_json:
            raise InputError("- cannot be combined: it reads stdin and writes stdout", "leave the rest out")
        _through(style, check)
        return
    results = format_files(files, style.value if style else None, write=not check)
    if as_json:
        print_json([{"path": str(result.path), "changed": result.changed} for result in results])
    else:
        _say(results, check)
    if check and any(result.changed for result in results):
        raise typer.Exit(1)


def _through(style: StyleChoice | None, check: bool) -> None:
    from leapscli.stages.fmt import format_bytes
    from leapscli.stages.user_files import STDIN_NAME, naming, read_stdin

    content = read_stdin()
    with naming(STDIN_NAME):
        formatted = format_bytes(content, style.value if style else None)
    if not check:
        sys.stdout.buffer.write(formatted)
    elif formatted != content:
        raise typer.Exit(1)


def _say(results: list[Formatted], check: bool) -> None:
    """List the changed files on stderr."""
    for result in results:
        if result.changed:
            typer.echo(f"{'would format' if check else 'formatted'} {result.path}", err=True)
    changed = sum(result.changed for result in results)
    typer.echo(f"{changed} of {len(results)} {'would change' if check else 'changed'}", err=True)
