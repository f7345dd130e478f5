"""The comments of a program's text, in either form: what a reader of the program must not lose.

A string that is a statement, as docstrings are, is a comment too; so is a blank line, which says nothing in itself.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from inspect import cleandoc
from io import StringIO
from typing import NamedTuple

from leapscli.dsl.parser import style_of
from leapscli.dsl.python_text import PythonText

_QUOTES = re.compile(r"[rRuU]?(\"\"\"|'''|\"|')")
_KEPT = "#!:"  # behind the sign of a comment, where no blank is put in: `#!`, `#:`, `##`


class Comment(NamedTuple):
    """A comment with its sign (empty for a blank line), where it begins, and whether it is the first on its line."""

    line: int
    column: int
    text: str
    alone: bool


def comments(text: str) -> list[Comment]:
    """All comments and blank lines of a text (lines that end in newlines, no fences), in its order.

    The text is known to spell programs.
    """
    found = _of_python(PythonText(text)) if style_of(text) == "python" else _of_tokens(text)
    return sorted(found, key=lambda comment: (comment.line, comment.column))


def _of_tokens(text: str) -> Iterator[Comment]:
    for number, line in enumerate(text.split("\n"), 1):
        code, sign, words = line.partition("#")
        if sign or not line.strip():
            yield Comment(number, len(code) + 1, _spaced(sign + words), not code.strip())


def _of_python(text: PythonText) -> Iterator[Comment]:
    inside: set[int] = set()
    for span, string in text.strings():
        inside |= set(range(span.line, span.end_line + 1))
        yield from (Comment(span.line, span.column, _spaced(f"# {words}"), True) for words in _unquoted(string))
    for token in tokenize.generate_tokens(StringIO(text.flush).readline) if "#" in text.flush else ():
        if token.type == tokenize.COMMENT:
            line, column = token.start[0], token.start[1] + text.shift(token.start[0])
            yield Comment(line, column + 1, _spaced(token.string), not text.line(line)[:column].strip())
    blank = {number for number, line in enumerate(text.lines, 1) if not line.strip()}
    yield from (Comment(number, 1, "", True) for number in blank - inside)


def _unquoted(string: str) -> list[str]:
    """The lines of a string as written, without its quotes, the blank ones at both ends, and the common indentation."""
    quotes = _QUOTES.match(string)
    return cleandoc(string[quotes.end() : -len(quotes[1])] if quotes else string).split("\n")


def _spaced(comment: str) -> str:
    """The comment with a blank behind its sign, and none at its end."""
    comment = comment.rstrip()
    return comment if comment[1:2] in ("", " ", *_KEPT) else f"# {comment[1:]}"
