"""The syntax tree of a program: frozen dataclasses, compared by structure.

The grammar is that of LEAPS (arXiv 2108.13643, figure 2). A body is a tuple of statements and never empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import COUNTS, Vocabulary
from leapscli.errors import InputError

Style: TypeAlias = Literal["tokens", "python"]


class Span(NamedTuple):
    """The position of a node in its text: lines and columns count from 1, `end_column` is one past the last
    character.
    """

    line: int
    column: int
    end_line: int
    end_column: int


def _require(holds: bool, complaint: str) -> None:
    """Trees made by hand are checked as they are built: no tree outside the language exists."""
    if not holds:
        raise ValueError(complaint)


@dataclass(frozen=True)
class Perception:
    """A test of the world by one of the vocabulary's perceptions: `frontIsClear`."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)
    vocabulary: Vocabulary = field(default=PUBLISHED, compare=False, repr=False)

    def __post_init__(self) -> None:
        names = self.vocabulary.perceptions
        _require(self.name in names, f"{self.name!r} is no perception: {', '.join(names)}")


@dataclass(frozen=True)
class Not:
    """The opposite of a condition. The sampler negates perceptions only; the language also allows `not` of `not`."""

    condition: Condition
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Action:
    """One of the vocabulary's actions: `move`."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)
    vocabulary: Vocabulary = field(default=PUBLISHED, compare=False, repr=False)

    def __post_init__(self) -> None:
        names = self.vocabulary.actions
        _require(self.name in names, f"{self.name!r} is no action: {', '.join(names)}")


@dataclass(frozen=True)
class While:
    """The body again and again, as long as the condition holds before it."""

    condition: Condition
    body: Body
    span: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _require(len(self.body) > 0, "the body of a While is empty")


@dataclass(frozen=True)
class Repeat:
    """The body `times` times, 0 to 19."""

    times: int
    body: Body
    span: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _require(0 <= self.times < len(COUNTS), f"a Repeat takes 0 to {len(COUNTS) - 1} times, not {self.times}")
        _require(len(self.body) > 0, "the body of a Repeat is empty")


@dataclass(frozen=True)
class If:
    """The body where the condition holds."""

    condition: Condition
    body: Body
    span: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _require(len(self.body) > 0, "the body of an If is empty")


@dataclass(frozen=True)
class IfElse:
    """`body` where the condition holds, else `orelse`."""

    condition: Condition
    body: Body
    orelse: Body
    span: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _require(len(self.body) > 0 and len(self.orelse) > 0, "a branch of an IfElse is empty")


Condition: TypeAlias = Perception | Not
Statement: TypeAlias = Action | While | Repeat | If | IfElse
Body: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True)
class Tree:
    """A whole program's tree. Equal programs have equal trees, wherever their text came from."""

    body: Body
    span: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.body, str):
            raise InputError("a Program is made of statements, not of text", "Program.parse(text) reads one")
        _require(len(self.body) > 0, "the body of a Program is empty")

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of its actions; every program has one action at least."""
        statement = self.body[0]
        while not isinstance(statement, Action):
            statement = statement.body[0]
        return statement.vocabulary

    @property
    def tokens(self) -> tuple[str, ...]:
        """The program's tokens, from `DEF` to `m)`."""
        return ("DEF", "run", "m(", *_body_tokens(self.body), "m)")

    def walk(self) -> Iterator[Node]:
        """Every node in the order of the text, this one first: a statement, its condition, its body."""
        yield self
        for statement in self.body:
            yield from walk(statement)

    def __str__(self) -> str:
        return " ".join(self.tokens)


Node: TypeAlias = Tree | Statement | Condition


def walk(node: Statement | Condition) -> Iterator[Statement | Condition]:
    """A statement or condition, and every node in it, in the order of the text."""
    yield node
    if isinstance(node, While | If | IfElse | Not):
        yield from walk(node.condition)
    if isinstance(node, While | Repeat | If | IfElse):
        for statement in node.body + (node.orelse if isinstance(node, IfElse) else ()):
            yield from walk(statement)


def condition_tokens(condition: Condition) -> tuple[str, ...]:
    """A condition's tokens, without the `c(` and `c)` around it."""
    if isinstance(condition, Perception):
        return (condition.name,)
    return ("not", "c(", *condition_tokens(condition.condition), "c)")


def _body_tokens(body: Body) -> Iterator[str]:
    for statement in body:
        yield from statement_tokens(statement)


def statement_tokens(statement: Statement) -> Iterator[str]:
    """A statement's tokens in order."""
    match statement:
        case Action(name):
            yield name
        case Repeat(times, body):
            yield from ("REPEAT", f"R={times}", "r(", *_body_tokens(body), "r)")
        case While(condition, body):
            yield from ("WHILE", "c(", *condition_tokens(condition), "c)", "w(", *_body_tokens(body), "w)")
        case If(condition, body):
            yield from ("IF", "c(", *condition_tokens(condition), "c)", "i(", *_body_tokens(body), "i)")
        case IfElse(condition, body, orelse):
            yield from ("IFELSE", "c(", *condition_tokens(condition), "c)", "i(", *_body_tokens(body), "i)")
            yield from ("ELSE", "e(", *_body_tokens(orelse), "e)")
