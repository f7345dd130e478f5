"""The command `leaps`: its subcommands, and how it ends.

A command's module imports only Typer and the standard library at its top; what is heavy is imported where it is used,
so that help and usage errors answer at once. Exit codes: 0 done, 1 it ran and failed, 2 bad input, 130 interrupted,
141 when whoever read the output has left (`leaps … | head`).
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from leapscli.cli.help import App, Group
from leapscli.cli.mistakes import complain, refusal, usage_error
from leapscli.cli.streams import OutputError, prepare_streams, silence_output
from leapscli.docstrings import docstring
from leapscli.errors import LeapsError, debugging
from leapscli.signals import end_at_the_second
from leapscli.version import __version__

# One module a command, in the order and under the titles of `leaps --help`; each has `register(app)`.
SECTIONS: Mapping[str, Sequence[str]] = {
    "Make": ("gen_data", "train", "synthesize", "sweep", "learn", "baseline", "bench", "reproduce"),
    "Look": ("run", "evaluate", "report", "studio", "tasks", "recipes", "docs"),
    "Manage": ("data", "model", "artifacts", "fmt", "new"),
}
COMMANDS = tuple(name for names in SECTIONS.values() for name in names)
MORE = "`leaps COMMAND --help` explains a command; `leaps docs` has the manual."
BUG = "a bug in leaps: LEAPS_DEBUG=1 shows where; please report it"


class Root(Group):
    """The command `leaps` itself."""

    def sections(self, ctx: Any) -> Mapping[str, Sequence[str]]:
        """The commands: what makes, what shows, what manages."""
        return {title: [name.replace("_", "-") for name in names] for title, names in SECTIONS.items()}


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"leaps {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Programs as policies: learn a space of Karel programs, search it for reward, and read the result."""


def build() -> App:
    """The application with every command registered."""
    app = App(
        name="leaps",
        cls=Root,
        epilog=MORE,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback(help=docstring(_root))(_root)
    for name in COMMANDS:
        import_module(f"leapscli.cli.{name}").register(app)
    return app


def main(alone: bool = False) -> None:
    """Runs a command and turns what goes wrong into a message, a hint and an exit code.

    `alone`: the process is there for this command only, as the console script's is, and may be ended with it.
    """
    sys.unraisablehook = _interrupt_again
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch loads: threads that spin stall on busy cores
    prepare_streams()
    if alone:
        end_at_the_second()
    try:
        _run()
    except BrokenPipeError:
        silence_output()
        sys.exit(128 + 13)  # as if ended by SIGPIPE
    except LeapsError as error:
        if isinstance(error, OutputError):
            silence_output()
        complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except typer.TyperException as error:
        complain(*usage_error(error))
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, Exception) as error:
        if _interrupted(error):
            complain("interrupted", None)
            sys.exit(130)
        if debugging():
            raise
        if isinstance(error, OSError):
            complain(*refusal(error))
        else:
            complain(f"unexpected {type(error).__name__}: {' '.join(str(error).split())}", BUG)
        sys.exit(1)


def _run() -> None:
    """Runs a command, all of its output written.

    Typer ends with 1 where a pipe broke, with 130 at Ctrl-C, and aborts at an end of file.
    """
    try:
        code = build()(prog_name="leaps", standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        raise
    except typer.Abort as end:
        raise end.__cause__ or KeyboardInterrupt from None
    if code == 130:
        raise KeyboardInterrupt
    print(end="", flush=True)
    sys.exit(code)


def _interrupted(error: BaseException | None) -> bool:
    """Ctrl-C, or what an import or a clean-up made of it."""
    before = set[int]()  # an error can be its own context
    while error is not None and id(error) not in before:
        if isinstance(error, KeyboardInterrupt):
            return True
        before.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _interrupt_again(lost: sys.UnraisableHookArgs) -> None:
    """Sends a Ctrl-C again that came in a callback from C, as LLVM makes while it compiles, and would end there."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        threading.Timer(0.05, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(lost)
