"""Play one program on one world with every step on record, and a task's rewards beside them.

The reference interpreter runs the program, and the task's own reward function, uncompiled, judges: what a viewer shows
needs no compiled engine and starts at once. The engine gives the same return; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator

from leapscli.domains.karel.reference import Karel
from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.dsl.published import PERCEPTIONS
from leapscli.dsl.tree import Action, If, IfElse, Not, While
from leapscli.engine.budget import Budget
from leapscli.engine.reference import Truncated, steps
from leapscli.errors import InputError
from leapscli.tasks.episode import Edit, End, Episode, Step
from leapscli.tasks.referee import Referee
from leapscli.tasks.registry import Task

MOST_STEPS = 1_000_000  # every step is kept, for the viewers


def play(
    program: Program,
    world: World,
    budget: Budget,
    *,
    task: Task | None = None,
    name: str | None = None,
    first: int | None = None,
    crashable: bool = False,
) -> Episode:
    """The run of `program` on `world`, judged by `task` if any; of a longer one the `first` steps alone.

    Where it is `crashable`, or the task is, an action that does nothing ends it. Raises InputError for a run too long
    to record, where no `first` is given.
    """
    crashable = crashable or (task is not None and task.crashable)
    karel, referee, made = Karel(world, crashable=crashable), _referee(task, world), list[Step]()
    senses = _senses(karel)
    end: End = "finished"
    try:
        for step, over in _steps(program, karel, budget, referee):
            made.append(step)
            if over:
                end = "task over"
                break
            if crashable and step.is_action and not step.changed:
                end = "crashed"
                break
            if len(made) == first:
                end = "recorded no further"
                break
            if len(made) > MOST_STEPS:
                raise InputError(
                    f"the run goes beyond {MOST_STEPS:,} steps, and each is recorded here",
                    "--budget makes it shorter; `leaps evaluate` takes any",
                )
    except Truncated:
        end = "out of budget"
    total = float(sum(step.reward for step in made)) if task else None
    judge, best = (task.name, task.best) if task else (None, 1.0)
    return Episode(program, world, karel.world(), tuple(made), end, total, judge, name, best, senses)


def _steps(program: Program, karel: Karel, budget: Budget, referee: Referee | None) -> Iterator[tuple[Step, bool]]:
    """Each step, and whether the task is over with it."""
    place = {id(node): i for i, node in enumerate(program.walk())}
    for event in steps(program, karel, budget):
        agent, reward, over = (karel.row, karel.column, karel.direction), 0.0, False
        edits: tuple[Edit, ...] = ()
        if isinstance(event.node, Action):
            edits = _own_edit(event.node.name, event.value, karel)
            if referee:
                reward, over, more = referee.judge(event.node.name, event.value, karel)
                edits += more
        yield Step(place[id(event.node)], words(event.node), agent, event.value, reward, edits, _senses(karel)), over


def _senses(karel: Karel) -> int:
    """The perceptions here, a bit each."""
    return sum(karel.perceive(name) << i for i, name in enumerate(PERCEPTIONS))


def _own_edit(action: str, changed: bool, karel: Karel) -> tuple[Edit, ...]:
    """The cell that the action itself altered."""
    delta = {"pickMarker": 1, "putMarker": -1}.get(action, 0)
    now = int(karel.markers[karel.row, karel.column])
    return ((karel.row, karel.column, now + delta, now),) if changed and delta else ()


def words(node: object) -> str:
    """The words of a node that acts or tests: `move`, or the condition, `not frontIsClear`; empty for others."""
    if isinstance(node, Action):
        return node.name
    condition = node.condition if isinstance(node, While | If | IfElse) else None
    words = ""
    while isinstance(condition, Not):
        words, condition = f"{words}not ", condition.condition
    return words + (condition.name if condition else "")


def _referee(task: Task | None, world: World) -> Referee | None:
    return Referee(task.module.reward, task.arena([world])) if task else None
