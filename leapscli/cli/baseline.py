"""`leaps baseline`: a network or a decision tree on a task, to compare programs with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import (
    DryRunOption,
    JsonOption,
    ResumeOption,
    SeedOption,
    SetOption,
    WorkspaceOption,
    command_line,
    overrides,
    print_json,
    recipe_help,
    resume_line,
    the_task,
)
from leapscli.cli.program_options import TaskOption
from leapscli.cli.streams import keeping
from leapscli.cli.synthesize import MaxTimeOption, SizeOption
from leapscli.errors import InputError, Interrupted
from leapscli.locations import here
from leapscli.signals import graceful_stop

if TYPE_CHECKING:
    from leapscli.artifacts.artifact import Artifact
    from leapscli.stages.baseline import BaselinePlan

TaskArgument = Annotated[
    str | None,
    typer.Argument(metavar="TASK", help="Task to learn, or a task file of your own.", show_default=False),
]
RecipeOption = Annotated[
    str, typer.Option("--recipe", metavar="NAME|FILE", help=recipe_help("policies"), show_default=True)
]
NameOption = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="Name of the policy.", show_default="TASK-RECIPE")
]


def register(app: App) -> None:
    """Adds `leaps baseline`."""
    app.command()(baseline)


def baseline(
    task: TaskArgument = None,
    task_option: TaskOption = None,
    recipe: RecipeOption = "ppo-last",
    settings: SetOption = None,
    seed: SeedOption = None,
    max_time: MaxTimeOption = None,
    size: SizeOption = None,
    name: NameOption = None,
    workspace: WorkspaceOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a network by PPO, or fit a decision tree to one, to compare programs with.

    The result is a policy, which `leaps evaluate` scores as it does programs. Needs the extra baselines.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.recipes.loading import load_recipe
    from leapscli.stages.baseline import policy_name, prepare
    from leapscli.stages.sources import parse_size
    from leapscli.tasks.registry import in_karels_world
    from leapscli.tasks.registry import task as find_task

    wanted = the_task(task, task_option)
    if wanted is None:
        raise InputError("no task to learn", "as in `leaps baseline harvester`; `leaps tasks` lists them")
    place = Workspace.locate(workspace)
    chosen = load_recipe("policy", recipe, overrides(settings, seed, max_time), place.root)
    height, width = parse_size(size)
    found = in_karels_world(find_task(wanted, height=height, width=width), "baselines are trained")
    plan = prepare(chosen, place, found, name or policy_name(found, recipe))
    if dry_run:
        _say_plan(plan, as_json)
        return
    policy = _train(plan, resume)
    with keeping(policy):
        _report(policy, as_json)


def _train(plan: BaselinePlan, resume: bool) -> Artifact:
    from leapscli.jit import announce_compilation
    from leapscli.report.terminal.progress_bars import progress
    from leapscli.stages.baseline import train

    with graceful_stop() as stop, progress() as reporter:
        announce_compilation(reporter.note)
        try:
            return train(plan, reporter=reporter, stop=stop, resume=resume, command=command_line())
        except Interrupted as error:
            raise Interrupted(error.message, resume_line()) from None


def _say_plan(plan: BaselinePlan, as_json: bool) -> None:
    r, task = plan.recipe, plan.task
    if as_json:
        print_json({"name": plan.name, "task": task.name, "recipe": r.resolved()})
        return
    limit = f", at most {r.max_time:g} s" if r.max_time else ""
    typer.echo(
        f"would train {r.algorithm} on {task.name} {task.height}×{task.width}, which observes the {r.observation}: "
        f"{r.steps:,} actions in {r.envs} episodes side by side{limit}",
        err=True,
    )


def _report(policy: Artifact, as_json: bool) -> None:
    """The result on stdout; where it is, and what to do next, on stderr."""
    metrics = policy.manifest.metrics
    if as_json:
        print_json({"artifact": policy.reference, "path": str(policy.path), **metrics})
        return
    held_out = policy.manifest.recipe["held_out"]
    typer.echo(f"return {metrics['return_held_out']:.3f} on {held_out:,} fresh states")
    leaves = f", a tree of {metrics['leaves']:,} leaves" if "leaves" in metrics else ""
    typer.echo(f"after {metrics['steps']:,} actions, {metrics['seconds']:.0f} s{leaves}")
    typer.echo(f"{here(policy.path)} ({policy.reference}); next: leaps evaluate {policy.name} --size 16", err=True)
