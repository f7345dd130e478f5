"""Error messages: `error:` with what and where, `hint:` with what to do; usage errors alike."""

from __future__ import annotations

import os
import re

import typer

from leapscli.errors import MOST_HINT, bounded
from leapscli.locations import FOLDER_GONE

# Typer's words in ours; the last two take its capital letter and full stop away.
WORDS = (
    (r"Got unexpected extra argument(?:\(s\)|s)? \((.*)\)", r"unexpected argument: \1"),
    (r"Value error, |, unable to parse string as an? \w+$", ""),
    (r"Input should be ", "must be "),
    (r"^[A-Z](?=[a-z])", lambda first: first[0].lower()),
    (r"\.$", ""),
)
MEANT = re.compile(r"\.? (?:Did you mean|\(Possible options:) (.*?)[?)]$")


def complain(message: str, hint: str | None) -> None:
    """The message, and what to do about it, on stderr."""
    colour = False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None
    typer.echo(typer.style("error: ", fg="red", bold=True) + bounded(message), err=True, color=colour)
    if hint:
        typer.echo(typer.style("hint: ", fg="cyan") + bounded(hint, MOST_HINT), err=True, color=colour)


def usage_error(error: typer.TyperException) -> tuple[str, str | None]:
    """Message and hint of a command line that cannot be read."""
    message, context = error.format_message(), getattr(error, "ctx", None)
    meant = MEANT.search(message)
    message = MEANT.sub("", message)
    for words, ours in WORDS:
        message = re.sub(words, ours, message)
    if meant:
        return message, f"did you mean {' or '.join(meant[1].replace(chr(39), '').split(', '))}?"
    return message, f"see `{context.command_path} --help`" if context else None


def refusal(error: OSError) -> tuple[str, str]:
    """A refusal by the operating system, which is no bug, and what to do about it."""
    if isinstance(error, FileNotFoundError) and error.filename is None:  # os.getcwd names no file
        return FOLDER_GONE, "change to another folder"
    place = f"{error.filename}: " if error.filename is not None else ""
    return f"{place}{(error.strerror or str(error)).lower()}", "LEAPS_DEBUG=1 shows where"
