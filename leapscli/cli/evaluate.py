"""`leaps evaluate`: how good a program is at a task, over many initial states."""

from __future__ import annotations

from typing import Annotated

import typer

from leapscli.cli.options import JsonOption, WorkspaceOption, print_json
from leapscli.cli.program_options import BudgetOption, ProgramArgument, StateSeedOption, TaskOption, WorldSizeOption
from leapscli.cli.run import replay_line
from leapscli.errors import InputError

EpisodesOption = Annotated[int, typer.Option("--episodes", min=1, help="How many initial worlds.")]


def register(app: typer.Typer) -> None:
    """Adds `leaps evaluate`."""
    app.command()(evaluate)


def evaluate(
    program: ProgramArgument = None,
    task: TaskOption = None,
    size: WorldSizeOption = None,
    episodes: EpisodesOption = 1000,
    seed: StateSeedOption = 0,
    budget: BudgetOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a program on many states of a task.

    Mean return, standard deviation, histogram, share solved, and which episode was the worst.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.jit import announce_compilation
    from leapscli.report.console import screen
    from leapscli.report.evaluation import show_evaluation
    from leapscli.stages.evaluate import evaluate as evaluate_stage
    from leapscli.stages.run import Setting
    from leapscli.stages.sources import choose_budget, choose_task, load_program, parse_size

    source = load_program(program, Workspace.locate(workspace))
    chosen = choose_task(source, task, *parse_size(size))
    if chosen is None:
        raise InputError("no task to score it on", "name one with --task; `leaps tasks` lists them")
    setting = Setting(task=chosen, budget=choose_budget(source, budget))
    announce_compilation()
    result = evaluate_stage(source.program, chosen, episodes, seed, budget=setting.bound)
    if as_json:
        print_json(result.record())
        return
    show_evaluation(screen(), result)
    typer.echo(f"the worst again: {replay_line(source, setting, result.episode(result.worst))}", err=True)
