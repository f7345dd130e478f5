"""Python form to tree, through the standard library's `ast`; nothing is ever executed.

    def run():
        while frontIsClear():
            move()
        for _ in range(3):
            if not markersPresent():
                putMarker()
            else:
                turnLeft()

`elif` is an `else` that holds one `if`. What surely says nothing is passed over: imports, strings, `pass` beside other
statements, a closing `run()`. Anything else of Python is refused where it stands.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from leapscli.dsl.diagnostics import (
    BARE_COUNTS,
    NESTING_LIMIT,
    PYTHON_COUNTS,
    python_conditions,
    python_statements,
)
from leapscli.dsl.differences import EMPTY, about_condition, about_count, about_statement
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.python_module import defines
from leapscli.dsl.python_text import Placed, PythonText, is_string
from leapscli.dsl.tree import Action, Body, Condition, If, IfElse, Not, Perception, Repeat, Statement, Tree, While
from leapscli.dsl.vocabulary import COUNTS, Vocabulary

_EQUAL = ast.Eq | ast.Is
_UNEQUAL = ast.NotEq | ast.IsNot


def parse_python(text: str, whole: str | None = None, above: int = 0, vocabulary: Vocabulary = PUBLISHED) -> list[Tree]:
    """The programs that `text` spells in Python form (lines end in newlines), one at least; else ProgramSyntaxError.

    It may be a part of the `whole`, with so many lines `above`.
    """
    source = PythonText(text, whole, above, vocabulary)
    return [_Reader(source).program(define) for define in defines(source)]


class _Reader:
    """One text, its tree of `ast` nodes turned into ours. `depth` counts enclosing blocks and negations."""

    def __init__(self, text: PythonText) -> None:
        self.text, self.vocabulary = text, text.vocabulary

    def program(self, define: ast.FunctionDef) -> Tree:
        """The program that a function is."""
        return Tree(self._body(define.body, 0), self.text.span(define))

    def _body(self, nodes: Sequence[ast.stmt], depth: int) -> Body:
        """The statements of a block that must have some."""
        doing = _doing(nodes)
        if not doing:
            raise self.text.unexpected(nodes[0], python_statements(self.vocabulary), EMPTY)
        return tuple(self._statement(node, depth) for node in doing)

    def _statement(self, node: ast.stmt, depth: int) -> Statement:
        if not isinstance(node, ast.Expr | ast.While | ast.For | ast.If):
            raise self.text.unexpected(node, *self._statements(node))
        if isinstance(node, ast.Expr):
            (name,) = self._tokens(node.value, self.vocabulary.actions, *self._statements(node))
            return Action(name, self.text.span(node), self.vocabulary)
        inner = self._deeper(node, depth)
        if isinstance(node, ast.If):
            return self._branch(node, inner)
        if node.orelse:
            raise self.text.refused(node.orelse[0], "only an 'if' has an 'else'")
        if isinstance(node, ast.For):
            return Repeat(self._times(node), self._body(node.body, inner), self.text.span(node))
        times = self._repeat(node)
        if times is not None:
            return Repeat(times, self._body(node.body, inner), self.text.span(node))
        return While(self._condition(node.test, inner), self._body(node.body, inner), self.text.span(node))

    def _statements(self, node: ast.stmt) -> tuple[tuple[str, ...], str | None]:
        """The alternatives where `node` stands, and the hint for it."""
        return python_statements(self.vocabulary), about_statement(node, self.vocabulary)

    def _branch(self, node: ast.If, inner: int) -> Statement:
        """An `if`; with a branch that does nothing, of the other one."""
        span = self.text.span(node)
        condition = self._condition(node.test, inner)
        if not _doing(node.orelse):
            return If(condition, self._body(node.body, inner), span)
        if not _doing(node.body):
            return If(self._opposite(condition, node, inner), self._body(node.orelse, inner), span)
        return IfElse(condition, self._body(node.body, inner), self._body(node.orelse, inner), span)

    def _times(self, node: ast.For) -> int:
        """The n of `for _ in range(n)`; any one name may stand for `_`."""
        if not isinstance(node.target, ast.Name):
            raise self.text.unexpected(node.target, ("_",))
        times = _length(node.iter)
        if times is None or times >= len(COUNTS):
            raise self.text.unexpected(node.iter, PYTHON_COUNTS, about_count(times or 0))
        return times

    def _repeat(self, node: ast.While) -> int | None:
        """The n of `repeat(n):`, which `PythonText` has made a `while`; None for a real one."""
        span = self.text.span(node)
        if not self.text.line(span.line).startswith("repeat", span.column - 1):
            return None
        times = ast.literal_eval(node.test)
        if times >= len(COUNTS):
            raise self.text.unexpected(node.test, BARE_COUNTS, about_count(times))
        return int(times)

    def _condition(self, node: ast.expr, depth: int) -> Condition:
        match node:
            case ast.UnaryOp(ast.Not(), operand):
                inner = self._condition(operand, self._deeper(node, depth))
                if isinstance(inner, Not) and not isinstance(operand, ast.UnaryOp):
                    return inner.condition  # not front_is_blocked()
                return Not(inner, self.text.span(node))
            case ast.Compare(left, [sign], [ast.Constant(bool(value))]) if isinstance(sign, _EQUAL | _UNEQUAL):
                if value == isinstance(sign, _EQUAL):
                    return self._condition(left, depth)
                return Not(self._condition(left, self._deeper(node, depth)), self.text.span(node))
        expected, hint = python_conditions(self.vocabulary), about_condition(node, self.vocabulary)
        negation = self._tokens(node, self.vocabulary.perceptions, expected, hint)
        name = negation[2] if len(negation) > 1 else negation[0]
        perception = Perception(name, self.text.span(node), self.vocabulary)
        return perception if len(negation) == 1 else self._opposite(perception, node, depth)

    def _opposite(self, condition: Condition, node: Placed, depth: int) -> Condition:
        """The negation of a condition that stands at `depth`."""
        if isinstance(condition, Not):
            return condition.condition
        self._deeper(node, depth)
        return Not(condition, condition.span)

    def _tokens(
        self, node: ast.expr, names: Collection[str], expected: Collection[str], hint: str | None
    ) -> tuple[str, ...]:
        """The tokens that a call without arguments stands for, the last words being of `names`: one, or a negation."""
        match node:
            case ast.Call(ast.Name(name) | ast.Attribute(ast.Name(), name), arguments, keywords) if self._known(
                name, names
            ):
                if arguments or keywords:
                    raise self.text.unexpected([*arguments, *(each.value for each in keywords)][0], (")",))
                return self.vocabulary.tokens_of(name)
            case ast.Name(name) if self._known(name, names):
                raise self.text.unexpected(node, (f"{name}()",))
        raise self.text.unexpected(node, expected, hint)

    def _known(self, name: str, names: Collection[str]) -> bool:
        """True if a word is a spelling of one of `names`, or of the opposite of one."""
        tokens = self.vocabulary.tokens_of(name)
        return bool(tokens) and (tokens[0] in names or (len(tokens) > 1 and tokens[2] in names))

    def _deeper(self, node: Placed, depth: int) -> int:
        if depth >= NESTING_LIMIT:
            raise self.text.refused(node, f"nested deeper than {NESTING_LIMIT} levels")
        return depth + 1


def _doing(nodes: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements that do something: neither `pass` nor a string."""
    return [node for node in nodes if not isinstance(node, ast.Pass) and not is_string(node)]


def _length(node: ast.expr) -> int | None:
    """The number of repetitions of `for _ in node`, for a `range` of plain numbers; else None."""
    match node:
        case ast.Call(ast.Name("range"), bounds, []):
            try:
                numbers = [ast.literal_eval(bound) for bound in bounds]
                return len(range(*numbers)) if all(type(n) is int for n in numbers) else None
            except (ValueError, TypeError, OverflowError, MemoryError, RecursionError):
                return None
    return None
