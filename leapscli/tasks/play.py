"""Play one program on one world with every step on record, and a task's rewards beside them.

The reference interpreter runs the program, and the task's own reward function, uncompiled, judges: what a viewer shows
needs no compiled engine and starts at once. The engine gives the same return; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leapscli.domains.karel.domain import KAREL
from leapscli.dsl.program import Program
from leapscli.dsl.tree import Action, If, IfElse, Not, While
from leapscli.engine.budget import Budget
from leapscli.engine.domain import Domain
from leapscli.engine.reference import Actor, Edit, Referee, Truncated, steps
from leapscli.errors import InputError
from leapscli.tasks.episode import End, Episode, Step
from leapscli.tasks.registry import Task

MOST_STEPS = 1_000_000  # every step is kept, for the viewers


def play(
    program: Program,
    world: Any,
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
    domain = task.domain if task else KAREL
    if program.vocabulary != domain.vocabulary:
        raise InputError(
            f"a program of {program.vocabulary} in a world of {domain.name}", "--task names its world's file"
        )
    actor, referee, made = domain.actor(world, crashable=crashable), task.referee(world) if task else None, list[Step]()
    senses = _senses(domain, actor)
    end: End = "finished"
    try:
        for step, over in _steps(program, task, domain, actor, budget, referee):
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
    return Episode(program, world, actor.world(), tuple(made), end, total, judge, name, best, senses)


def _steps(
    program: Program, task: Task | None, domain: Domain, actor: Actor, budget: Budget, referee: Referee | None
) -> Iterator[tuple[Step, bool]]:
    """Each step, and whether the task is over with it."""
    place = {id(node): i for i, node in enumerate(program.walk())}
    for event in task.steps(program, actor, budget) if task else steps(program, actor, budget):
        agent, reward, over = actor.place, 0.0, False
        edits: tuple[Edit, ...] = ()
        if isinstance(event.node, Action):
            edits = actor.edits(event.node.name, event.value)
            if referee:
                reward, over, more = referee.judge(event.node.name, event.value, actor)
                edits += more
        senses = _senses(domain, actor)
        yield (
            Step(place[id(event.node)], words(event.node), agent, event.value, reward, edits, senses, event.is_action),
            over,
        )


def _senses(domain: Domain, actor: Actor) -> int:
    """The perceptions here, a bit each."""
    return sum(actor.perceive(name) << i for i, name in enumerate(domain.vocabulary.perceptions))


def words(node: object) -> str:
    """The words of a node that acts or tests: `move`, or the condition, `not frontIsClear`; empty for others."""
    if isinstance(node, Action):
        return node.name
    condition = node.condition if isinstance(node, While | If | IfElse) else None
    words = ""
    while isinstance(condition, Not):
        words, condition = f"{words}not ", condition.condition
    return words + (condition.name if condition else "")
