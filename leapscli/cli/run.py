"""`leaps run`: run a program, look at what it does, find where it fails, and replay that."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import JsonOption, WorkspaceOption, print_json, the_task
from leapscli.cli.program_options import (
    BudgetOption,
    CrashableOption,
    EnvOption,
    PerceptionsOption,
    ProgramArgument,
    StateSeedOption,
    StyleChoice,
    StyleOption,
    TaskArgument,
    TaskOption,
    WorldSizeOption,
)
from leapscli.errors import InputError

if TYPE_CHECKING:
    from leapscli.dsl.tree import Style
    from leapscli.results.evaluation import Evaluation
    from leapscli.stages.run import Run, Setting
    from leapscli.stages.sources import Source
    from leapscli.tasks.episode import Episode
    from leapscli.tasks.registry import Task


MapOption = Annotated[
    Path | None,
    typer.Option(
        "--world", metavar="FILE", help="Run on the map in this file, drawn with # . 0-9 ^ > v <", show_default=False
    ),
]
HeightOption = Annotated[int | None, typer.Option(metavar="N", min=1, help="Rows of the world.", show_default=False)]
WidthOption = Annotated[int | None, typer.Option(metavar="N", min=1, help="Columns of the world.", show_default=False)]
EpisodesOption = Annotated[
    int,
    typer.Option("--episodes", metavar="N", min=1, help="Number of initial states; more than one gives statistics."),
]
EpisodeSeedOption = Annotated[
    str | None,
    typer.Option(
        "--episode-seed",
        metavar="[SEED:]INDEX",
        help="Replay a single episode, by the name printed for it.",
        show_default=False,
    ),
]
WatchOption = Annotated[bool, typer.Option("--watch", help="Play the run in the terminal.")]
StepOption = Annotated[bool, typer.Option("--step", help="Play it in the terminal, one step at a time.")]
SpeedOption = Annotated[
    float | None,
    typer.Option(
        "--speed", metavar="N", min=0.1, max=4096, help="Steps per second of --watch and --gif.", show_default=False
    ),
]
PngOption = Annotated[
    Path | None,
    typer.Option("--png", metavar="FILE", help="Draw the program and its worlds into this file.", show_default=False),
]
GifOption = Annotated[
    Path | None,
    typer.Option("--gif", metavar="FILE", help="Write an animation of the run to this file.", show_default=False),
]
TraceOption = Annotated[
    Path | None,
    typer.Option(
        "--trace", metavar="FILE", help="Write every action to this file, one JSON object a line.", show_default=False
    ),
]


def register(app: App) -> None:
    """Adds `leaps run`."""
    app.command()(run)


def run(
    program: ProgramArgument = None,
    task: TaskArgument = None,
    task_option: TaskOption = None,
    env: EnvOption = None,
    perceptions: PerceptionsOption = None,
    world: MapOption = None,
    size: WorldSizeOption = None,
    height: HeightOption = None,
    width: WidthOption = None,
    seed: StateSeedOption = 0,
    episode_seed: EpisodeSeedOption = None,
    episodes: EpisodesOption = 1,
    budget: BudgetOption = None,
    crashable: CrashableOption = False,
    style: StyleOption = None,
    watch: WatchOption = False,
    step: StepOption = False,
    speed: SpeedOption = None,
    png: PngOption = None,
    gif: GifOption = None,
    trace: TraceOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a program and show what it does.

    It runs on a random world, on a map (--world), or on an initial state of a task.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.stages.run import Setting
    from leapscli.stages.run import run as run_stage
    from leapscli.stages.sources import choose_task, load_program, parse_budget, parse_episode, parse_size
    from leapscli.stages.user_files import check_writable, takes_stdout

    if episodes > 1 and (world or episode_seed or watch or step or png or gif or trace):
        raise InputError("--episodes counts over many; the other options show one", "leave --episodes out")
    aside = takes_stdout(png, gif, trace)
    _choose_one({"--json": as_json, "--watch": watch or step, "a file called -": aside})
    for path in (png, gif, trace):
        if path:
            check_writable(path)
    named = the_task(task, task_option, env, perceptions)
    source = load_program(program, Workspace.locate(workspace), named)
    rows, columns = parse_size(size)
    rows, columns = height or rows, width or columns
    chosen = choose_task(source, named, rows, columns, crashable=crashable)
    if source.own_task and not named:
        typer.echo(f"note: found for {source.own_task}; --task {shlex.quote(source.own_task)} runs it there", err=True)
    episode = parse_episode(episode_seed, seed) if episode_seed else (seed, 0)
    asked = parse_budget(budget) if budget is not None else None
    setting = Setting(episode, chosen, world, rows, columns, asked, source.budget, crashable or source.crashable)
    if episodes > 1:
        _statistics(source, setting, episodes, as_json, style)
        return
    result = run_stage(source, setting)
    form: Style = style.value if style else source.style
    _write(result.episode, form, png, gif, trace, speed)
    if watch or step:
        _play(result.episode, form, speed, step)
    print_json(result.record()) if as_json else _show(result, form, aside)
    say_beyond(chosen, result.episode.total)


def _choose_one(wanted: dict[str, bool]) -> None:
    """Raises InputError where more than one thing is to appear on standard output."""
    wants = [name for name, asked in wanted.items() if asked]
    if len(wants) > 1:
        raise InputError(f"{' and '.join(wants[:2])} both need the screen", "choose one")


def _statistics(source: Source, setting: Setting, episodes: int, as_json: bool, style: StyleChoice | None) -> None:
    """Many episodes: how it does, and the command that shows the worst."""
    from leapscli.jit import announce_compilation
    from leapscli.report.terminal.console import emit, screen
    from leapscli.report.terminal.evaluation import show_evaluation
    from leapscli.report.terminal.programs import show
    from leapscli.stages.evaluate import evaluate

    if not setting.task:
        raise InputError("--episodes counts returns, which only a task gives", "name one with --task")
    announce_compilation()
    result = evaluate(source.program, setting.task, episodes, setting.episode[0], budget=setting.bound)
    say_beyond(setting.task, float(result.returns.max()))
    if as_json:
        print_json(result.record())
        return
    console = screen()
    emit(console, show(source.program, style.value if style else source.style), "")
    show_evaluation(console, result)
    say_worst(source, setting, result)


def say_beyond(task: Task | None, value: float | None) -> None:
    """A note, on stderr, where a task of the user's own paid more than the best return it tells."""
    if task and value is not None and (words := task.beyond(value)):
        typer.echo(f"note: {words}", err=True)


def say_worst(source: Source, setting: Setting, result: Evaluation, *, of_best: bool = False) -> None:
    """The command that shows the worst episode (of the best of several programs), on stderr; of equal ones, any."""
    worst = "the worst of the best again" if of_best else "the worst again"
    which = "all returns are the same; the first episode again" if result.alike else worst
    typer.echo(f"{which}: {replay_line(source, setting, result.episode(result.worst))}", err=True)


def replay_line(source: Source, setting: Setting, episode: str) -> str:
    """The command that shows one episode of an evaluation."""
    from leapscli.stages.user_files import STDIN, STDIN_NAME, STDIN_PATH

    task = setting.task
    assert task is not None
    named = source.label.replace(f"{STDIN_NAME}:", f"{STDIN_PATH}:").replace(STDIN_NAME, STDIN)
    words = ["leaps", "run", named]
    words += task.arguments
    if (task.height, task.width) != task.module.SIZE:
        words += ["--size", f"{task.height}x{task.width}"]
    if setting.budget:
        words += ["--budget", str(setting.budget)]
    if task.crashable and not source.crashable:
        words += ["--crashable"]
    return shlex.join([*words, "--episode-seed", episode, "--watch"])


def _write(
    episode: Episode, style: Style, png: Path | None, gif: Path | None, trace: Path | None, speed: float | None
) -> None:
    """The files that were asked for."""
    from leapscli.stages.user_files import is_stdout, write_output

    if png:
        from leapscli.report.pictures.png import episode_png

        write_output(png, episode_png(episode, style))
    if gif:
        from leapscli.report.pictures.gif import episode_gif

        write_output(gif, episode_gif(episode, style, speed))
    if trace:
        write_output(trace, "".join(json.dumps(record) + "\n" for record in episode.trace()).encode())
    for path in (png, gif, trace):
        if path and not is_stdout(path):
            typer.echo(f"wrote {path}", err=True)


def _play(episode: Episode, style: Style, speed: float | None, step: bool) -> None:
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.player import play

    play(episode, style, screen(), speed=speed, paused=step)


def _show(result: Run, style: Style, aside: bool) -> None:
    """The program, the world before and after, and what happened in between; `aside`, on stderr."""
    from leapscli.report.terminal.console import emit, screen
    from leapscli.report.terminal.outcome import episode_facts
    from leapscli.report.terminal.programs import show
    from leapscli.report.terminal.world import before_and_after

    console, episode, setting = screen(aside), result.episode, result.setting
    emit(console, show(episode.program, style), "", before_and_after(episode.before, episode.after, console), "")
    budget = f"{setting.bound.limit:,} {setting.bound.kind}"
    budget += (
        f", all spent; --budget {setting.bound.kind}:{10 * setting.bound.limit} gives more" if episode.truncated else ""
    )
    emit(console, episode_facts(episode, [("world", setting.words(episode.before)), ("budget", budget)]))
