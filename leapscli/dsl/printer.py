"""Tree to text over several lines, in token form or Python form, and which line each node ends up on."""

from __future__ import annotations

from leapscli.dsl.tree import (
    Action,
    Body,
    Condition,
    If,
    IfElse,
    Not,
    Perception,
    Repeat,
    Statement,
    Style,
    Tree,
    While,
    condition_tokens,
    walk,
)
from leapscli.errors import InputError

_INDENT = "    "


def pretty(program: Tree, style: Style = "tokens") -> str:
    """The program over several indented lines, ending in a newline."""
    return "\n".join(layout(program, style)[0]) + "\n"


def layout(program: Tree, style: Style = "tokens") -> tuple[list[str], dict[int, int]]:
    """The lines of `pretty`, and for each node its line.

    Keys are positions in `program.walk()` (0 is the program itself), values are indices into the lines, so that
    `{id(node): lines[i] ...}` is one zip away for a viewer that lights up the line being executed.
    """
    if style not in ("tokens", "python"):
        raise InputError(f"style is 'tokens' or 'python', not {style!r}")
    writer = _Python() if style == "python" else _Tokens()
    writer.program(program)
    return writer.lines, dict(enumerate(writer.line_of))


class _Writer:
    """The lines so far, and the line of every node in walk order. Subclasses know one surface."""

    closes_blocks: bool

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line_of: list[int] = []
        self.depth = 0

    def head(self, statement: Statement) -> str:
        """The first line of a statement."""
        raise NotImplementedError

    def program(self, program: Tree) -> None:
        """Write everything."""
        self.line_of.append(0)
        self.block("DEF run m(" if self.closes_blocks else "def run():", program.body, "m)")

    def line(self, text: str) -> None:
        self.lines.append(_INDENT * self.depth + text)

    def block(self, head: str, body: Body, closer: str) -> None:
        """A head line, the indented body, and the closing token where this surface has one."""
        self.line(head)
        self.depth += 1
        for statement in body:
            self.statement(statement)
        self.depth -= 1
        if self.closes_blocks:
            self.line(closer)

    def statement(self, statement: Statement) -> None:
        """A statement, its condition standing on the same line."""
        nodes = 1 if isinstance(statement, Action | Repeat) else 1 + sum(1 for _ in walk(statement.condition))
        self.line_of += [len(self.lines)] * nodes
        match statement:
            case Action():
                self.line(self.head(statement))
            case While(body=body):
                self.block(self.head(statement), body, "w)")
            case Repeat(body=body):
                self.block(self.head(statement), body, "r)")
            case If(body=body):
                self.block(self.head(statement), body, "i)")
            case IfElse(body=body, orelse=orelse):
                self.block(self.head(statement), body, "i)")
                self.block("ELSE e(" if self.closes_blocks else "else:", orelse, "e)")


class _Tokens(_Writer):
    """`WHILE c( frontIsClear c) w(`, and a closing token on a line of its own."""

    closes_blocks = True

    def head(self, statement: Statement) -> str:
        match statement:
            case Action(name):
                return name
            case Repeat(times):
                return f"REPEAT R={times} r("
            case While(condition):
                return f"WHILE c( {' '.join(condition_tokens(condition))} c) w("
            case If(condition):
                return f"IF c( {' '.join(condition_tokens(condition))} c) i("
            case IfElse(condition):
                return f"IFELSE c( {' '.join(condition_tokens(condition))} c) i("


class _Python(_Writer):
    """`while frontIsClear():`."""

    closes_blocks = False

    def head(self, statement: Statement) -> str:
        match statement:
            case Action(name):
                return f"{name}()"
            case Repeat(times):
                return f"for _ in range({times}):"
            case While(condition):
                return f"while {python_condition(condition)}:"
            case If(condition) | IfElse(condition):
                return f"if {python_condition(condition)}:"


def python_condition(condition: Condition) -> str:
    """`not markersPresent()`."""
    match condition:
        case Perception(name):
            return f"{name}()"
        case Not(inner):
            return f"not {python_condition(inner)}"
