"""The slow, obvious interpreter: the specification of control flow and budgets in code.

`steps` walks the syntax tree and yields every perception and action as it happens, so that a viewer can show them. What
they do is the agent's business. The compiled engine is tested against it, and nothing here is shared with it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from leapscli.dsl.program import Program
from leapscli.dsl.tree import Action, Body, If, IfElse, Not, Repeat, Statement, While
from leapscli.engine.budget import Budget

Edit: TypeAlias = tuple[int, int, int, int]
"""A cell that was altered: row, column, value before, value after."""


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


class Agent(Protocol):
    """Somebody in a world who can act and perceive."""

    def act(self, name: str) -> bool:
        """Do the action `name`; whether it did anything."""

    def perceive(self, name: str) -> bool:
        """The value of the perception `name` here."""


class Actor(Agent, Protocol):
    """An agent that can be watched."""

    @property
    def place(self) -> tuple[int, ...]:
        """Its position, and whatever else it carries with it, as numbers."""

    def edits(self, action: str, changed: bool) -> tuple[Edit, ...]:
        """The cells that `action`, just done, altered."""

    def world(self) -> Any:
        """The world as it is now."""


class Referee(Protocol):
    """A task's reward as Python, asked after every action as the compiled engine does."""

    def judge(self, action: str, changed: bool, actor: Any) -> tuple[float, bool, tuple[Edit, ...]]:
        """The reward, whether the task is over, and the cells that the task altered (in the actor's world too)."""


class Truncated(Exception):
    """The budget is spent."""


class _Run:
    """One run: the counter of its budget, and the walk over the tree."""

    def __init__(self, agent: Agent, budget: Budget) -> None:
        self.agent, self.limit, self.calls = agent, budget.limit, budget.kind == "calls"
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
        holds = self.agent.perceive(condition.name) != negated
        yield Step(statement, holds)
        return holds

    def is_idle(self, body: Body) -> bool:
        """True if turns of `body` can be left out: it neither acts nor perceives, and nothing counts (any more)."""
        idle = all(isinstance(s, Repeat) and (s.times == 0 or self.is_idle(s.body)) for s in body)
        return idle and (not self.calls or self.n > self.limit)

    def statement(self, statement: Statement) -> Iterator[Step]:
        if isinstance(statement, Action):
            self.primitive()
            yield Step(statement, self.agent.act(statement.name))
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


def steps(program: Program, agent: Agent, budget: Budget) -> Iterator[Step]:
    """Run `program`, by `agent`, yielding each step after it happened. Raises Truncated at the end of
    the budget.
    """
    run = _Run(agent, budget)
    run.count_calls(1)
    return run.body(program.body)
