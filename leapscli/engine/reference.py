"""The slow, obvious interpreter: the specification of execution in code.

`steps` walks the syntax tree and yields every perception and action as it happens, so that a viewer can show them;
`run` collects them. The compiled engine is tested against it, and nothing here is shared with it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from leapscli.domains.karel.world import MAX_MARKERS, World
from leapscli.dsl.program import Action, Body, If, IfElse, Not, Program, Repeat, Statement, While
from leapscli.dsl.vocabulary import ACTION_ID
from leapscli.engine.engine import Budget, Rollout

NORTH_EAST_SOUTH_WEST = ((-1, 0), (0, 1), (1, 0), (0, -1))


@dataclass(frozen=True)
class Step:
    """One action, or one perception, as it happened.

    `node` is the action executed, or the statement whose condition was tested; `value` whether the action changed the
    world, or the condition held.
    """

    node: Statement
    value: bool

    @property
    def is_action(self) -> bool:
        """An action, not a perception."""
        return isinstance(self.node, Action)


class Karel:
    """A world that can be acted upon."""

    def __init__(self, world: World) -> None:
        self.walls, self.markers = world.walls.copy(), world.markers.copy()
        self.row, self.column, self.direction = world.agent
        self.seed = world.seed

    def world(self) -> World:
        """The world as it is now."""
        return World(self.walls, self.markers, (self.row, self.column, self.direction), self.seed)

    def clear(self, turn: int) -> bool:
        """Whether the cell in the direction `turn` (quarters to the right) is free; the outside is wall."""
        dr, dc = NORTH_EAST_SOUTH_WEST[(self.direction + turn) % 4]
        row, column = self.row + dr, self.column + dc
        inside = 0 <= row < self.walls.shape[0] and 0 <= column < self.walls.shape[1]
        return inside and not self.walls[row, column]

    def perceive(self, name: str) -> bool:
        """What the perception `name` says here."""
        match name:
            case "frontIsClear":
                return self.clear(0)
            case "leftIsClear":
                return self.clear(3)
            case "rightIsClear":
                return self.clear(1)
            case "markersPresent":
                return bool(self.markers[self.row, self.column] > 0)
            case _:
                return bool(self.markers[self.row, self.column] == 0)

    def act(self, name: str) -> bool:
        """Do the action `name`; whether it did anything but turn at a wall."""
        here = (self.row, self.column)
        match name:
            case "turnLeft":
                self.direction = (self.direction + 3) % 4
            case "turnRight":
                self.direction = (self.direction + 1) % 4
            case "move":
                if not self.clear(0):
                    self.direction = (self.direction + 2) % 4
                    return False
                dr, dc = NORTH_EAST_SOUTH_WEST[self.direction]
                self.row, self.column = self.row + dr, self.column + dc
            case "pickMarker":
                if self.markers[here] == 0:
                    return False
                self.markers[here] -= np.uint8(1)
            case _:
                if self.markers[here] == MAX_MARKERS:
                    return False
                self.markers[here] += np.uint8(1)
        return True


class Truncated(Exception):
    """The budget is spent."""


class _Run:
    """One run: the counter of its budget, and the walk over the tree."""

    def __init__(self, karel: Karel, budget: Budget) -> None:
        self.karel, self.limit, self.calls = karel, budget.limit, budget.kind == "calls"
        self.n = 0

    def count_calls(self, calls: int) -> None:
        self.n += calls if self.calls else 0

    def primitive(self) -> None:
        """An action or a perception is about to run."""
        self.n += 0 if self.calls else 1
        if self.n > self.limit:
            raise Truncated

    def body(self, body: Body) -> Iterator[Step]:
        """(((s1 s2) s3) … sk): each pair is a statement holding a sequence node, all entered before s1."""
        self.count_calls(2 * (len(body) - 1))
        for statement in body:
            self.count_calls(1)
            yield from self.statement(statement)

    def test(self, statement: While | If | IfElse) -> Generator[Step, None, bool]:
        """Test the statement's condition; the iterator's value is whether it holds."""
        self.primitive()
        condition, negated = statement.condition, False
        while isinstance(condition, Not):
            condition, negated = condition.condition, not negated
        holds = self.karel.perceive(condition.name) != negated
        yield Step(statement, holds)
        return holds

    def is_idle(self, body: Body) -> bool:
        """Whether turns of `body` can be left out: it neither acts nor perceives, and nothing counts (any more)."""
        idle = all(isinstance(s, Repeat) and (s.times == 0 or self.is_idle(s.body)) for s in body)
        return idle and (not self.calls or self.n > self.limit)

    def statement(self, statement: Statement) -> Iterator[Step]:
        if isinstance(statement, Action):
            self.primitive()
            yield Step(statement, self.karel.act(statement.name))
            return
        self.count_calls(1)
        match statement:
            case Repeat(times, body):
                for _ in range(0 if self.is_idle(body) else times):
                    yield from self.body(body)
            case While(_, body):
                while (yield from self.test(statement)):
                    yield from self.body(body)
            case If(_, body):
                if (yield from self.test(statement)):
                    yield from self.body(body)
            case IfElse(_, body, orelse):
                yield from self.body(body if (yield from self.test(statement)) else orelse)


def steps(program: Program, karel: Karel, budget: Budget) -> Iterator[Step]:
    """Run `program`, changing `karel` in place, yielding each step after it happened. Raises Truncated at the end of
    the budget.
    """
    run = _Run(karel, budget)
    run.count_calls(1)
    return run.body(program.body)


def run(program: Program, world: World, budget: Budget | None = None) -> Rollout:
    """As `leapscli.engine.engine.execute`, slowly."""
    karel, actions = Karel(world), []
    truncated = False
    try:
        for step in steps(program, karel, budget or Budget.calls(220)):
            if isinstance(step.node, Action):
                actions.append(ACTION_ID[step.node.name])
    except Truncated:
        truncated = True
    return Rollout(actions, karel.world(), truncated)
