"""Options that several commands share, and how every command names itself and prints JSON."""

from __future__ import annotations

import csv
import io
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from leapscli.errors import InputError
from leapscli.locations import shipped_recipes

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="DIR",
        help="Folder that holds datasets/, models/ and runs/.",
        show_default="LEAPS_WORKSPACE, else the current folder",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print the result as CSV.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a setting of the recipe. May be repeated.", show_default=False
    ),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", min=0, help="Override the recipe's random seed.", show_default=False),
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Continue an interrupted run of the same recipe.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Check everything and say what would be done, but write nothing.")
]
DeviceOption = Annotated[
    str, typer.Option("--device", metavar="DEVICE", help="Where to compute: auto, cpu, cuda or cuda:1.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


def recipe_help(folder: str) -> str:
    """The description of --recipe for recipes that ship in `datasets`, `models` or `runs`."""
    return f"{', '.join(shipped_recipes(folder))}, or a YAML file; `leaps recipes` says what each is for."


def the_task(
    argument: str | None, option: str | None, env: str | None = None, perceptions: Path | None = None
) -> str | None:
    """The task, named as an argument, by --task, or by --env with --perceptions; InputError for two different ones."""
    if argument and option and argument != option:
        raise InputError(f"two tasks: {argument}, and --task {option}", "name one")
    if env or perceptions:
        if not (env and perceptions):
            raise InputError("--env and --perceptions go together", "as in --env Taxi-v4 --perceptions ./mine.py")
        if argument or option:
            raise InputError(f"two tasks: {argument or option}, and --env {env}", "name one")
        from leapscli.tasks.environment import reference

        return reference(env, perceptions)
    return argument or option


def overrides(
    settings: list[str] | None, seed: int | None = None, max_time: str | None = None, *, crashable: bool = False
) -> list[str]:
    """`--set` texts, with `--seed`, `--max-time` and `--crashable` as more of them, for `load_recipe`."""
    more = {"seed": seed, "max_time": max_time, "crashable": "true" if crashable else None}
    return [*(settings or []), *(f"{name}={value}" for name, value in more.items() if value is not None)]


def command_line() -> str:
    """The command as it was typed, for manifests."""
    return shlex.join(["leaps", *sys.argv[1:]])


def resume_line() -> str:
    """The command that goes on with an interrupted run."""
    return command_line() if "--resume" in sys.argv else f"{command_line()} --resume"


def print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as CSV on stdout, under the names of the first one's values; nested values are left out."""
    text = io.StringIO()
    names = [name for name, value in rows[0].items() if not isinstance(value, list | dict)] if rows else []
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    typer.echo(text.getvalue(), nl=False)


def one_format(as_json: bool, as_csv: bool) -> None:
    """Raises InputError where both are asked for."""
    if as_json and as_csv:
        raise InputError("--json and --csv", "choose one")


def print_json(value: Any) -> None:
    """A result as JSON on stdout; what JSON doesn't know is written as text."""
    typer.echo(json.dumps(value, indent=2, default=str))
