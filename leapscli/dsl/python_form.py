"""Python form to tree, through the standard library's `ast`; nothing is ever executed.

    def run():
        while frontIsClear():
            move()
        for _ in range(3):
            if not markersPresent():
                putMarker()
            else:
                turnLeft()

`elif` is an `else` that holds one `if`. Anything else of Python is refused where it stands.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Sequence
from typing import Protocol

from leapscli.dsl.diagnostics import (
    END_OF_PROGRAM,
    NESTING_LIMIT,
    PYTHON_CONDITIONS,
    PYTHON_COUNTS,
    PYTHON_STATEMENTS,
    plain_error,
    syntax_error,
)
from leapscli.dsl.program import (
    Action,
    Body,
    Condition,
    If,
    IfElse,
    Not,
    Perception,
    Program,
    Repeat,
    Span,
    Statement,
    While,
)
from leapscli.dsl.vocabulary import ACTIONS, PERCEPTIONS
from leapscli.errors import ProgramSyntaxError


class _Placed(Protocol):
    """What of `ast` has a place in the source. Columns count UTF-8 bytes there."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


def parse_python(text: str) -> Program:
    """The program that `text` spells in Python form (lines end in newlines); else ProgramSyntaxError."""
    return _Reader(text).program(_module(text))


def _module(text: str) -> ast.Module:
    """Python's own parse; its complaints become ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise _python_complaint(text, error) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise plain_error(text, 1, 1, "", f"Python cannot read this: {str(error) or 'nested too deeply'}") from None


def _python_complaint(text: str, error: SyntaxError) -> ProgramSyntaxError:
    lines = text.split("\n")
    line = min(error.lineno or 1, len(lines))
    column = max(1, min(error.offset or 1, len(lines[line - 1]) + 1))
    found = _word(lines[line - 1][column - 1 :]) or END_OF_PROGRAM
    wanted = re.fullmatch(r"expected '(.+)'", error.msg)
    if wanted:
        return syntax_error(text, line, column, found, (wanted[1],))
    if error.msg.startswith("expected an indented block"):
        return syntax_error(text, line, column, found, PYTHON_STATEMENTS)
    return plain_error(text, line, column, found, error.msg)


def _word(source: str) -> str:
    """The first word of some source, or its first character."""
    match = re.match(r"\s*(\w+|\S)", source)
    return match[1] if match else ""


class _Reader:
    """One text, its tree of `ast` nodes turned into ours. `depth` counts enclosing blocks and negations."""

    def __init__(self, text: str) -> None:
        self.text, self.lines = text, text.split("\n")

    def program(self, module: ast.Module) -> Program:
        if not module.body:
            raise syntax_error(self.text, 1, 1, END_OF_PROGRAM, ("def run():",))
        define, *rest = module.body
        if not isinstance(define, ast.FunctionDef):
            raise self._unexpected(define, ("def run():",))
        if rest:
            raise self._unexpected(rest[0], (END_OF_PROGRAM,))
        self._signature(define)
        return Program(self._body(define.body, 0), self._span(define))

    def _signature(self, define: ast.FunctionDef) -> None:
        """Exactly `def run():`."""
        if define.decorator_list:
            raise self._unexpected(define.decorator_list[0], ("def run():",))
        line = self.lines[define.lineno - 1]
        column = line.index(define.name, define.col_offset + 3) + 1
        if define.name != "run":
            raise syntax_error(self.text, define.lineno, column, define.name, ("run",))
        if ast.dump(define.args) != ast.dump(ast.parse("def run(): pass").body[0].args) or define.returns:  # type: ignore[attr-defined]
            complaint = "'run' takes no arguments and returns nothing: def run():"
            raise plain_error(self.text, define.lineno, column, define.name, complaint)

    def _body(self, nodes: Sequence[ast.stmt], depth: int) -> Body:
        return tuple(self._statement(node, depth) for node in nodes)

    def _statement(self, node: ast.stmt, depth: int) -> Statement:
        if isinstance(node, ast.Expr):
            return Action(self._call(node.value, ACTIONS, PYTHON_STATEMENTS), self._span(node))
        if not isinstance(node, ast.While | ast.For | ast.If):
            raise self._unexpected(node, PYTHON_STATEMENTS)
        inner = self._deeper(node, depth)
        if isinstance(node, ast.If):
            condition, body = self._condition(node.test, inner), self._body(node.body, inner)
            if not node.orelse:
                return If(condition, body, self._span(node))
            return IfElse(condition, body, self._body(node.orelse, inner), self._span(node))
        if node.orelse:
            raise self._refused(node.orelse[0], "only an 'if' has an 'else'")
        if isinstance(node, ast.While):
            return While(self._condition(node.test, inner), self._body(node.body, inner), self._span(node))
        return Repeat(self._times(node), self._body(node.body, inner), self._span(node))

    def _times(self, node: ast.For) -> int:
        """The n of `for _ in range(n)`; any one name may stand for `_`."""
        if not isinstance(node.target, ast.Name):
            raise self._unexpected(node.target, ("_",))
        match node.iter:
            case ast.Call(ast.Name("range"), [ast.Constant(int(n))], []) if f"range({n})" in PYTHON_COUNTS:
                return n
        raise self._unexpected(node.iter, PYTHON_COUNTS)

    def _condition(self, node: ast.expr, depth: int) -> Condition:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self._deeper(node, depth)
            return Not(self._condition(node.operand, inner), self._span(node))
        return Perception(self._call(node, PERCEPTIONS, PYTHON_CONDITIONS), self._span(node))

    def _call(self, node: ast.expr, names: Collection[str], expected: Collection[str]) -> str:
        """The name that a call without arguments calls, one of `names`."""
        match node:
            case ast.Call(ast.Name(name), [], []) if name in names:
                return name
            case ast.Call(ast.Name(name), args, keywords) if name in names:
                raise self._unexpected((args + [keyword.value for keyword in keywords])[0], (")",))
            case ast.Name(name) if name in names:
                raise self._unexpected(node, (f"{name}()",))
        raise self._unexpected(node, expected)

    def _deeper(self, node: _Placed, depth: int) -> int:
        if depth >= NESTING_LIMIT:
            raise self._refused(node, f"nested deeper than {NESTING_LIMIT} levels")
        return depth + 1

    def _unexpected(self, node: _Placed, expected: Collection[str]) -> ProgramSyntaxError:
        """The node cannot stand there, one of `expected` could."""
        span = self._span(node)
        return syntax_error(self.text, span.line, span.column, self._source(span), expected)

    def _refused(self, node: _Placed, complaint: str) -> ProgramSyntaxError:
        span = self._span(node)
        return plain_error(self.text, span.line, span.column, self._source(span), complaint)

    def _source(self, span: Span) -> str:
        """What stands at `span`, up to the end of its first line; of a statement with a block, its first word."""
        line = self.lines[span.line - 1][span.column - 1 :]
        return line[: span.end_column - span.column] if span.end_line == span.line else _word(line)

    def _span(self, node: _Placed) -> Span:
        end_line, end_offset = node.end_lineno or node.lineno, node.end_col_offset or 0
        return Span(
            node.lineno, self._column(node.lineno, node.col_offset), end_line, self._column(end_line, end_offset)
        )

    def _column(self, line: int, offset: int) -> int:
        """The column, from 1 and in characters, of a byte offset."""
        return len(self.lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1
