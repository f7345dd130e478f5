"""`leaps evaluate`: how good a program is at a task, over many initial states, at one size or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leapscli.cli.help import App
from leapscli.cli.options import (
    CsvOption,
    JsonOption,
    WorkspaceOption,
    one_format,
    print_csv,
    print_json,
    the_task,
)
from leapscli.cli.program_options import (
    BudgetOption,
    CrashableOption,
    EnvOption,
    PerceptionsOption,
    ProgramArgument,
    StateSeedOption,
    TaskArgument,
    TaskOption,
    WorldSizesOption,
)
from leapscli.cli.run import say_beyond, say_worst
from leapscli.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leapscli.artifacts.artifact import Artifact
    from leapscli.dsl.program import Program
    from leapscli.results.evaluation import Evaluation
    from leapscli.stages.run import Setting
    from leapscli.stages.sources import Source

EpisodesOption = Annotated[int, typer.Option("--episodes", metavar="N", min=1, help="Number of initial states.")]
ExhaustiveOption = Annotated[
    bool,
    typer.Option("--exhaustive", help="Score on every initial state, where the task has few enough to list them all."),
]


def register(app: App) -> None:
    """Adds `leaps evaluate`."""
    app.command()(evaluate)


def evaluate(
    program: ProgramArgument = None,
    task: TaskArgument = None,
    task_option: TaskOption = None,
    env: EnvOption = None,
    perceptions: PerceptionsOption = None,
    sizes: WorldSizesOption = None,
    episodes: EpisodesOption = 1000,
    seed: StateSeedOption = 0,
    budget: BudgetOption = None,
    crashable: CrashableOption = False,
    exhaustive: ExhaustiveOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Score a program on many initial states of a task.

    Prints the mean return, its standard deviation and histogram, the share of states solved, and the worst episode.
    Several --size options, or a file with several programs, give a table. With --exhaustive the states are all that
    there are, and what holds on them is proven for that size.
    """
    from leapscli.artifacts.store import Workspace
    from leapscli.jit import announce_compilation
    from leapscli.stages.baseline import find_policy
    from leapscli.stages.evaluate import evaluate_all
    from leapscli.stages.run import Setting
    from leapscli.stages.sources import choose_task, load_programs, parse_budget, parse_size

    one_format(as_json, as_csv)
    place = Workspace.locate(workspace)
    policy = find_policy(place, program)
    if exhaustive:
        _refuse(policy, sizes, as_csv)
    if policy:
        if crashable:
            raise InputError(f"--crashable: {policy.reference} is a policy, not a program", "leave --crashable out")
        tables = _score_policy(policy, the_task(task, task_option), sizes, episodes, seed)
        if as_json:
            records = [result.record() for results in tables for result in results]
            print_json(records[0] if len(records) == 1 else {"sizes": records})
        else:
            _print_csv(tables) if as_csv else _show(tables)
        return
    named = the_task(task, task_option, env, perceptions)
    sources = load_programs(program, place, named)
    asked = parse_budget(budget) if budget is not None else None
    places = [parse_size(size) for size in (sizes or (None,))]
    tasks = [choose_task(sources[0], named, *size, crashable=crashable) for size in places]
    settings = [Setting(task=each, budget=asked, usual=sources[0].budget) for each in tasks if each]
    if not settings:
        own = sources[0].own_task
        hint = f"it was found for a file, which is code: --task {own} runs it" if own else "`leaps tasks` lists them"
        raise InputError("no task to score it on", hint if own else f"name one with --task; {hint}")
    announce_compilation()
    programs = [source.program for source in sources]
    if exhaustive:
        _exhaust(programs, settings[0], as_json)
        return
    tables = [evaluate_all(programs, s.task, episodes, seed, budget=s.bound) for s in settings if s.task]
    for table in tables:
        say_beyond(table[0].task, max(float(result.returns.max()) for result in table))
    if as_json or as_csv:
        _print(sources, tables) if as_json else _print_csv(tables)
        return
    _show(tables)
    source, results = max(zip(sources, zip(*tables, strict=True), strict=True), key=lambda pair: pair[1][0].mean)
    worst = min(range(len(results)), key=lambda i: results[i].mean)
    say_worst(source, settings[worst], results[worst], of_best=len(sources) > 1)


def _refuse(policy: Artifact | None, sizes: Sequence[str] | None, as_csv: bool) -> None:
    """Raises InputError for what --exhaustive does not go with."""
    if policy:
        raise InputError(f"--exhaustive: {policy.reference} is a policy, not a program", "leave --exhaustive out")
    if as_csv or len(sizes or []) > 1:
        raise InputError("--exhaustive has one size, and no --csv", "--json tells everything")


def _exhaust(programs: Sequence[Program], setting: Setting, as_json: bool) -> None:
    """Every initial state."""
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.evaluation import show_exhaustion, show_exhaustions
    from leapscli.stages.evaluate import exhaust

    assert setting.task is not None
    found = exhaust(programs, setting.task, budget=setting.bound)
    if as_json:
        print_json(found[0].record() if len(found) == 1 else {"programs": [each.record() for each in found]})
    elif len(found) == 1:
        show_exhaustion(screen(), found[0])
    else:
        show_exhaustions(screen(), found)


def _score_policy(
    policy: Artifact, task: str | None, sizes: Sequence[str] | None, episodes: int, seed: int
) -> list[list[Evaluation]]:
    """The same for a policy that is no program."""
    from leapscli.stages.baseline import evaluate, own_task
    from leapscli.stages.sources import parse_size
    from leapscli.tasks.registry import task as find_task

    places = [parse_size(size) for size in (sizes or (None,))]
    tasks = [find_task(task, height=h, width=w) if task else own_task(policy, h, w) for h, w in places]
    return [[evaluate(policy, each, episodes, seed)] for each in tasks]


def _print_csv(tables: list[list[Evaluation]]) -> None:
    """A line for each program and size."""
    print_csv([result.record() for results in tables for result in results])


def _print(sources: list[Source], tables: list[list[Evaluation]]) -> None:
    """One record; of several sizes or programs a list."""
    records = [result.record() for results in tables for result in results]
    if len(sources) > 1:
        names = [source.label for source in sources] * len(tables)
        print_json({"programs": [{"source": name, **record} for name, record in zip(names, records, strict=True)]})
    else:
        print_json(records[0] if len(records) == 1 else {"sizes": records})


def _show(tables: list[list[Evaluation]]) -> None:
    """One in detail; several as a table."""
    from leapscli.report.terminal.console import screen
    from leapscli.report.terminal.evaluation import show_evaluation, show_programs, show_sizes

    if len(tables[0]) > 1:
        for results in tables:
            show_programs(screen(), results)
    elif len(tables) > 1:
        show_sizes(screen(), [results[0] for results in tables])
    else:
        show_evaluation(screen(), tables[0][0])
