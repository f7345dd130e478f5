"""Options of the commands that run a program: which one, on which task, from which states, for how long."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class StyleChoice(StrEnum):
    """The two forms of a program, as typed on the command line."""

    tokens = "tokens"
    python = "python"


ProgramArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[PROGRAM]",
        help="A program file, - for stdin, or a run (harvester, harvester@v3, a path). Else the newest run.",
        show_default=False,
    ),
]
TaskOption = Annotated[
    str | None,
    typer.Option(
        "--task", help="Run on this task's states and count its return. Else the run's own.", show_default=False
    ),
]
WorldSizeOption = Annotated[
    str | None,
    typer.Option("--size", metavar="N|HxW", help="Rows and columns of the world. Else the task's own, or 8.",
                 show_default=False),
]  # fmt: skip
WorldSizesOption = Annotated[
    list[str] | None,
    typer.Option("--size", metavar="N|HxW", help="Rows and columns of the world; several times for a table.",
                 show_default=False),
]  # fmt: skip
StateSeedOption = Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Of the initial worlds.")]
BudgetOption = Annotated[
    str | None,
    typer.Option("--budget", metavar="calls:N|primitives:N", show_default=False,
                 help="How long it may run. Else primitives:10000 on a task (larger worlds: more), calls:220 without."),
]  # fmt: skip
StyleOption = Annotated[
    StyleChoice | None, typer.Option("--style", help="Show the program in this form. Else its own.", show_default=False)
]
