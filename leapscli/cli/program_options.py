"""Options of the commands that run a program: which one, on which task, from which states, for how long."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
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
        help="A program file, - for standard input, or a run: harvester, harvester@v3, or its folder.",
        show_default="the newest run",
    ),
]
TaskArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[TASK]",
        help="Run on initial states of this task, and score it.",
        show_default="the task that the run was found for",
    ),
]
TaskOption = Annotated[
    str | None, typer.Option("--task", metavar="TASK", help="The same as the argument TASK.", show_default=False)
]
EnvOption = Annotated[
    str | None,
    typer.Option(
        "--env", metavar="ID", help="Gymnasium environment instead of a task, as in Taxi-v4.", show_default=False
    ),
]
PerceptionsOption = Annotated[
    Path | None,
    typer.Option(
        "--perceptions",
        metavar="FILE",
        help="File with the perceptions of --env, and names of its actions.",
        show_default=False,
    ),
]
WorldSizeOption = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="N|HxW",
        show_default="the task's own size, or 8",
        help="Side of the world, or height and width, as in 14x22.",
    ),
]
WorldSizesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--size",
        metavar="N|HxW",
        show_default=False,
        help="Side of the worlds, or height and width, as in 14x22. Several of them make a table.",
    ),
]
StateSeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", min=0, max=2**63 - 1, help="Random seed of the initial worlds.")
]
BudgetOption = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="calls:N|primitives:N",
        show_default="primitives:10000 on a task, more on larger worlds; calls:220 without a task",
        help="Limit of a run.",
    ),
]
CrashableOption = Annotated[
    bool,
    typer.Option("--crashable", help="A bump, a pick of nothing or a put onto nine ends the run."),
]
StyleOption = Annotated[
    StyleChoice | None,
    typer.Option(
        "--style",
        metavar="tokens|python",
        show_default="the form it is written in",
        help="Show the program in this form.",
    ),
]
