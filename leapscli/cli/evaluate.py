"""`leaps evaluate`: how good a program is at a task, over many initial states, at one size or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.options import JsonOption, WorkspaceOption, print_json
from leapscli.cli.program_options import BudgetOption, ProgramArgument, StateSeedOption, TaskOption, WorldSizesOption
from leapscli.cli.run import replay_line
from leapscli.errors import InputError

if TYPE_CHECKING:
    from leapscli.stages.evaluate import Evaluation

EpisodesOption = Annotated[int, typer.Option("--episodes", min=1, help="How many initial worlds.")]


def register(app: typer.Typer) -> None:
    """Adds `leaps evaluate`."""
    app.command()(evaluate)


def evaluate(
    program: ProgramArgument = None,
    task: TaskOption = None,
    sizes: WorldSizesOption = None,
    episodes: EpisodesOption = 1000,
    seed: StateSeedOption = 0,
    budget: BudgetOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a program on many states of a task.

    Mean return, standard deviation, histogram, share solved, and which episode was the worst; with several --size a
    table of them.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.jit import announce_compilation
    from leapscli.stages.evaluate import evaluate as evaluate_stage
    from leapscli.stages.run import Setting
    from leapscli.stages.sources import choose_task, load_program, parse_budget, parse_size

    source = load_program(program, Workspace.locate(workspace))
    asked = parse_budget(budget) if budget is not None else None
    tasks = [choose_task(source, task, *parse_size(size)) for size in (sizes or (None,))]
    settings = [Setting(task=each, budget=asked, usual=source.budget) for each in tasks]
    if settings[0].task is None:
        raise InputError("no task to score it on", "name one with --task; `leaps tasks` lists them")
    announce_compilation()
    results = [evaluate_stage(source.program, s.task, episodes, seed, budget=s.bound) for s in settings if s.task]
    if as_json:
        _print(results)
        return
    _show(results)
    worst = min(range(len(results)), key=lambda i: results[i].mean)
    line = replay_line(source, settings[worst], results[worst].episode(results[worst].worst))
    typer.echo(f"the worst again: {line}", err=True)


def _print(results: list[Evaluation]) -> None:
    """One record; of several sizes a list."""
    records = [result.record() for result in results]
    print_json(records[0] if len(records) == 1 else {"sizes": records})


def _show(results: list[Evaluation]) -> None:
    """One in detail; several as a table."""
    from leapscli.report.console import screen
    from leapscli.report.evaluation import show_evaluation, show_sizes

    show_evaluation(screen(), results[0]) if len(results) == 1 else show_sizes(screen(), results)
