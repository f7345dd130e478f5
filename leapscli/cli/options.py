"""Options that several commands share, and how every command names itself and prints JSON."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        help="Folder with datasets/, models/ and runs/. Else LEAPS_WORKSPACE, else the current folder.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a setting of the recipe; may be repeated.", show_default=False
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Override the recipe's seed; 0 is one.", show_default=False)
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run of this recipe stopped.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Check everything, say what would be done, write nothing.")
]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, or cuda:1.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


def overrides(settings: list[str] | None, seed: int | None = None, max_time: str | None = None) -> list[str]:
    """`--set` texts, with `--seed` and `--max-time` as more of them, for `load_recipe`."""
    more = {"seed": seed, "max_time": max_time}
    return [*(settings or []), *(f"{name}={value}" for name, value in more.items() if value is not None)]


def command_line() -> str:
    """The command as it was typed, for manifests."""
    return shlex.join(["leaps", *sys.argv[1:]])


def resume_line() -> str:
    """The command that goes on with an interrupted run."""
    return command_line() if "--resume" in sys.argv else f"{command_line()} --resume"


def print_json(value: Any) -> None:
    """A result as JSON on stdout; what JSON doesn't know is written as text."""
    typer.echo(json.dumps(value, indent=2, default=str))
