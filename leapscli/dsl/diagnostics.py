"""Syntax errors that show the place: one clear line, the source with a caret under it, and what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from functools import cache

from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import COUNTS, Vocabulary, fold
from leapscli.errors import ProgramSyntaxError

END_OF_PROGRAM = "end of program"
END_OF_LINE = "end of line"

# Blocks and negations within one another. Real programs nest four deep; the recursion of parser, printer and engine
# is bounded by this, and Python's own parser stops at 100 levels of indentation.
NESTING_LIMIT = 64

PYTHON_COUNTS = tuple(f"range({n})" for n in range(len(COUNTS)))
BARE_COUNTS = tuple(map(str, range(len(COUNTS))))  # of `repeat(n):`

_NEVER_MEANT = {"<pad>", *COUNTS, *PYTHON_COUNTS, *BARE_COUNTS}
_WIDTH = 76  # of the excerpt
_WORD = re.compile(r"[\w<>.-]{1,40}(?:\(\)?|\))?|\)|\(")


def python_statements(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The alternatives for a statement of Python form, where a call has parentheses."""
    return (*(f"{action}()" for action in vocabulary.action_tokens), "while", "for", "if")


def python_conditions(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The alternatives for a condition of Python form."""
    return (*(f"{perception}()" for perception in vocabulary.perceptions), "not")


@cache
def _groups(vocabulary: Vocabulary) -> tuple[tuple[str, set[str]], ...]:
    """Alternatives that have a name together."""
    return (
        ("a statement", {*vocabulary.actions, "WHILE", "REPEAT", "IF", "IFELSE"}),
        ("a statement", set(python_statements(vocabulary))),
        ("a perception", set(vocabulary.perceptions)),
        ("a perception", set(python_conditions(vocabulary)) - {"not"}),
        ("R=0 … R=19", set(COUNTS)),
        ("range(0) … range(19)", set(PYTHON_COUNTS)),
        ("0 … 19", set(BARE_COUNTS)),
    )


def describe(expected: Collection[str], vocabulary: Vocabulary = PUBLISHED) -> str:
    """The alternatives in few words: nine statement openers become "a statement"."""
    left, words = set(expected), []
    for name, group in _groups(vocabulary):
        if group <= left:
            left -= group
            words.append(name)
    return " or ".join(words + [END_OF_PROGRAM if word == "<pad>" else word for word in sorted(left)])


def excerpt(source: str, line: int, column: int) -> str:
    """The source line, cut to a readable width around `column`, and a caret under that column."""
    lines = source.split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    text = printable(text)
    indent = min(len(text) - len(text.lstrip()), column - 1)
    text, column = text[indent:], column - indent
    start = max(0, column - 1 - _WIDTH // 2) if len(text) > _WIDTH else 0
    window = ("…" if start else "") + text[start : start + _WIDTH] + ("…" if start + _WIDTH < len(text) else "")
    return f"    {window}\n    {' ' * (column - 1 - start + (start > 0))}^"


def printable(text: str) -> str:
    """The text with a space for each character that would not show."""
    return "".join(c if c.isprintable() else " " for c in text)


def suggestion(found: str, expected: Collection[str]) -> str | None:
    """`did you mean 'move'?`, where something expected looks like the one word that was found, and not its opposite."""
    if not _WORD.fullmatch(found):
        return None
    by_folded = {fold(word): word for word in expected if word not in _NEVER_MEANT}
    close = difflib.get_close_matches(fold(found), by_folded, n=1, cutoff=0.6)
    if not close or _negates(fold(found)) != _negates(close[0]):
        return None
    return f"did you mean '{by_folded[close[0]]}'?"


def _negates(word: str) -> bool:
    return word.startswith(("no", "isno")) or "block" in word


def syntax_error(
    source: str,
    line: int,
    column: int,
    found: str,
    expected: Collection[str],
    vocabulary: Vocabulary = PUBLISHED,
    *,
    hint: str | None = None,
) -> ProgramSyntaxError:
    """The error for `found` at a place of `source` where one of `expected` should stand."""
    shown = found if found in (END_OF_PROGRAM, END_OF_LINE) else f"'{printable(found[:40])}'"
    message = f"line {line}, column {column}: found {shown}, expected {describe(expected, vocabulary)}"
    return ProgramSyntaxError(
        line,
        column,
        found,
        tuple(sorted(expected)),
        message=f"{message}\n{excerpt(source, line, column)}",
        hint=hint or suggestion(found, expected),
    )


def plain_error(
    source: str, line: int, column: int, found: str, complaint: str, *, hint: str | None = None
) -> ProgramSyntaxError:
    """The error for a place where no list of alternatives helps: `complaint` says what is wrong."""
    message = f"line {line}, column {column}: {complaint}\n{excerpt(source, line, column)}"
    return ProgramSyntaxError(line, column, found, message=message, hint=hint)
