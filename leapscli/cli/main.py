"""The command `leaps`: its subcommands, and how it ends.

A command's module imports only Typer and the standard library at its top; what is heavy is imported where it is used,
so that help and usage errors answer at once. Exit codes: 0 done, 1 it ran and failed, 2 bad input, 130 interrupted,
141 when whoever read the output has left (`leaps … | head`).
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from leapscli import __version__
from leapscli.errors import LeapsError

# One module a command, in the order of `leaps --help`; each has `register(app)`.
COMMANDS = (
    "gen_data",
    "data",
    "train",
    "synthesize",
    "sweep",
    "run",
    "evaluate",
    "fmt",
    "tasks",
    "model",
    "artifacts",
    "bench",
)
BUG = "a bug in leaps: LEAPS_DEBUG=1 shows where; please report it"


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"leaps {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Programs as policies: learn a space of Karel programs, search it for reward, read what comes out."""


def build() -> typer.Typer:
    """The application with every command registered; plain help, since drawing it would take as long again."""
    app = typer.Typer(name="leaps", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback()(_root)
    for name in COMMANDS:
        import_module(f"leapscli.cli.{name}").register(app)
    return app


def main() -> None:
    """The console script: runs a command and turns what goes wrong into a message, a hint and an exit code."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch loads: threads that spin stall on busy cores
    try:
        _run()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what is still to be written
        sys.exit(128 + 13)  # as if ended by SIGPIPE
    except LeapsError as error:
        _complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _complain("interrupted", None)
        sys.exit(130)
    except Exception as error:
        if os.environ.get("LEAPS_DEBUG"):
            raise
        _complain(f"unexpected {type(error).__name__}: {' '.join(str(error).split())}", BUG)
        sys.exit(1)


def _run() -> None:
    """Runs a command, all of its output written; Typer ends with 1 where a pipe broke."""
    try:
        build()(prog_name="leaps")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        print(end="", flush=True)
        raise


def _complain(message: str, hint: str | None) -> None:
    """The message, and what to do about it, on stderr."""
    typer.echo(typer.style("error: ", fg="red", bold=True) + message, err=True)
    if hint:
        typer.echo(typer.style("hint: ", fg="cyan") + hint, err=True)
