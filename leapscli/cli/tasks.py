"""`leaps tasks`: what there is to solve, and what it looks like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import JsonOption, print_json
from leapscli.cli.program_options import StateSeedOption, WorldSizeOption
from leapscli.errors import InputError

if TYPE_CHECKING:
    from leapscli.stages.task_card import TaskCard

NameArgument = Annotated[
    str | None,
    typer.Argument(metavar="[TASK]", help="Describe this task; a task file of your own works too.", show_default=False),
]
PngOption = Annotated[
    Path | None,
    typer.Option("--png", metavar="FILE", help="Draw the initial world into this file.", show_default=False),
]


def register(app: App) -> None:
    """Adds `leaps tasks`."""
    app.command()(tasks)


def tasks(
    name: NameArgument = None,
    size: WorldSizeOption = None,
    seed: StateSeedOption = 0,
    png: PngOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the tasks, or describe one.

    A description has the goal, the reward in words, and an initial world.
    """
    from leapscli.stages.sources import parse_size
    from leapscli.stages.task_card import describe
    from leapscli.stages.user_files import check_writable, is_stdout
    from leapscli.tasks.registry import task as find_task

    if name is None:
        _list(as_json)
        return
    if png:
        check_writable(png)
    if is_stdout(png) and as_json:
        raise InputError("--json and --png - both write to standard output", "choose one")
    height, width = parse_size(size)
    card = describe(find_task(name, height=height, width=width), seed)
    if png:
        _draw(card, png)
    print_json(card.record()) if as_json else _show(card, is_stdout(png))


def _list(as_json: bool) -> None:
    """All tasks, a line each."""
    from leapscli.stages.task_card import summary
    from leapscli.tasks.registry import task as find_task
    from leapscli.tasks.suites import elsewhere, names

    rows = [summary(find_task(name)) for name in (*names(), *elsewhere())]
    if as_json:
        print_json(rows)
        return
    from leapscli.report.terminal.console import emit, screen
    from leapscli.report.terminal.outcome import table

    cells = [(row["name"], f"{row['height']}×{row['width']}", row["goal"], row["paper"] or "") for row in rows]
    emit(screen(), table(("task", "size", "goal", "paper"), cells))
    typer.echo("leaps tasks TASK shows one; leaps synthesize --task TASK solves it", err=True)


def _draw(card: TaskCard, path: Path) -> None:
    from leapscli.report.pictures.png import world_png
    from leapscli.stages.user_files import is_stdout, write_output

    write_output(path, world_png(card.world))
    if not is_stdout(path):
        typer.echo(f"wrote {path}", err=True)


def _show(card: TaskCard, aside: bool) -> None:
    """The task in words, and one of its worlds; `aside`, on stderr."""
    from leapscli.report.terminal.console import emit, has_colours, screen
    from leapscli.report.terminal.outcome import facts, return_text
    from leapscli.report.terminal.world import draw_world, page

    console, task = screen(aside), card.task
    rows = [("task", f"{task.name} {task.height}×{task.width}"), ("goal", task.summary)]
    rows += [(name, words) for name, words in (("start", card.initial), ("reward", card.reward)) if words]
    rows += [("best return", return_text(task.best))] if task.best != 1 else []
    world = draw_world(card.world, page(console), colours=has_colours(console))
    emit(console, facts(rows), "", world)
