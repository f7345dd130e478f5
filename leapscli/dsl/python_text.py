"""Python's own parse of a text, nothing executed: its complaints become ours, and its places those of the text."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Collection, Iterator
from functools import cache
from itertools import accumulate
from typing import Protocol, TypeGuard

from leapscli.dsl.diagnostics import (
    END_OF_LINE,
    END_OF_PROGRAM,
    plain_error,
    printable,
    python_statements,
    syntax_error,
)
from leapscli.dsl.differences import about_python
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.tree import Span
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import ProgramSyntaxError
from leapscli.syntax import parse

_MARGIN = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\n)*+([ \t]*+)")
_REPEAT = re.compile(r"^([ \t]*)repeat(?=[ \t]*\([ \t]*\d+[ \t]*\)[ \t]*:)", re.MULTILINE)


class Placed(Protocol):
    """The nodes of `ast` that have a position. Their columns count UTF-8 bytes."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


class PythonText:
    """A text whose lines end in newlines, its `module`, and the places of nodes in the text.

    It may be a part of a `whole`, with so many lines `above`; line numbers are the whole's. All of it may be indented.
    `repeat(4):` is read as `while (4):`, of the same length. Raises ProgramSyntaxError for what Python cannot read.
    """

    def __init__(self, text: str, whole: str | None = None, above: int = 0, vocabulary: Vocabulary = PUBLISHED) -> None:
        self.whole, self.above, self.vocabulary = whole or text, above, vocabulary
        self.lines = text.split("\n")
        margin = _MARGIN.match(text)
        indent = margin[1] if margin else ""
        self.shifts = [len(indent) if line.startswith(indent) else 0 for line in self.lines]
        self.flush = "\n".join(line[shift:] for line, shift in zip(self.lines, self.shifts, strict=True))
        self.module = self._parse(_REPEAT.sub(r"\1while ", self.flush))
        self._bytes_before = cache(self._count_bytes)

    def line(self, number: int) -> str:
        """A line by its number."""
        return self.lines[number - 1 - self.above]

    def shift(self, number: int) -> int:
        """The characters of a line's indentation that all lines have."""
        return self.shifts[number - 1 - self.above]

    def _parse(self, text: str) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = parse(text)
        except SyntaxError as error:
            raise self._refusal(error) from None
        except (ValueError, RecursionError, MemoryError):
            raise plain_error(self.whole, self.above + 1, 1, "", "nested too deeply for Python to read") from None
        return ast.increment_lineno(module, self.above)

    def _refusal(self, error: SyntaxError) -> ProgramSyntaxError:
        line = self.above + max(1, min(error.lineno or 1, len(self.lines)))
        shown = self.line(line)
        column = max(1, min((error.offset or 1) + self.shift(line), len(shown) + 1))
        rest = [shown[column - 1 :], *self.lines[line - self.above :]]
        found = word(rest[0]) or (END_OF_LINE if any(map(str.strip, rest)) else END_OF_PROGRAM)
        hint = about_python(found, shown)
        wanted = re.fullmatch(r"expected '(.+)'", error.msg)
        if wanted:
            return syntax_error(self.whole, line, column, found, (wanted[1],), self.vocabulary, hint=hint)
        if error.msg.startswith("expected an indented block"):
            expected = python_statements(self.vocabulary)
            return syntax_error(self.whole, line, column, found, expected, self.vocabulary)
        return plain_error(self.whole, line, column, found, _complaint(error.msg, found), hint=hint)

    def span(self, node: Placed) -> Span:
        """The position of a node."""
        end_line, end_offset = node.end_lineno or node.lineno, node.end_col_offset or 0
        return Span(node.lineno, self.column(node.lineno, node.col_offset), end_line, self.column(end_line, end_offset))

    def column(self, line: int, offset: int) -> int:
        """The column, from 1 and in characters, of a byte offset in the flush line."""
        text, shift = self.line(line), self.shift(line)
        return shift + (offset if text.isascii() else bisect_right(self._bytes_before(line), offset) - 1) + 1

    def _count_bytes(self, line: int) -> list[int]:
        """The bytes before each character of a flush line, and before its end."""
        return [0, *accumulate(len(character.encode()) for character in self.line(line)[self.shift(line) :])]

    def source(self, span: Span) -> str:
        """The text at `span`, up to the end of its first line; for a statement with a block, its first word."""
        line = self.line(span.line)[span.column - 1 :]
        return line[: span.end_column - span.column] if span.end_line == span.line else word(line)

    def strings(self) -> Iterator[tuple[Span, str]]:
        """Every string that is a statement, docstrings among them: where it stands, and its text as written."""
        for node in ast.walk(self.module):
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                span = self.span(node)
                lines = [self.line(number) for number in range(span.line, span.end_line + 1)]
                lines[-1] = lines[-1][: span.end_column - 1]
                yield span, "\n".join([lines[0][span.column - 1 :], *lines[1:]])

    def unexpected(self, node: Placed, expected: Collection[str], hint: str | None = None) -> ProgramSyntaxError:
        """The node cannot stand there, one of `expected` could."""
        span = self.span(node)
        place = self.whole, span.line, span.column, self.source(span)
        return syntax_error(*place, expected, self.vocabulary, hint=hint)

    def refused(self, node: Placed, complaint: str) -> ProgramSyntaxError:
        """The node cannot stand there, as `complaint` says."""
        span = self.span(node)
        return plain_error(self.whole, span.line, span.column, self.source(span), complaint)


def _complaint(message: str, found: str) -> str:
    """Python's message; in our words where it says little."""
    if message.startswith("Exceeds the limit"):
        return "a number too long to read"
    return f"Python cannot read on at '{printable(found)}'" if message == "invalid syntax" else message


def is_string(node: ast.AST) -> TypeGuard[ast.Expr]:
    """True if a node is a string that is a statement of its own, as docstrings are."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def word(source: str) -> str:
    """The first word of some source, or its first character."""
    match = re.match(r"\s*(\w+|\S)", source)
    return match[1] if match else ""
