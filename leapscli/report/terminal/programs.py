"""Programs with their syntax in colour, one line of them lit up: as rich text here, as pixels in pictures.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.text import Text

from leapscli.dsl.printer import layout
from leapscli.dsl.program import Program
from leapscli.dsl.tree import Style
from leapscli.report.palette import LIT_STYLE, SYNTAX_STYLE

_PART = re.compile(r"#.*|R=\d+|\d+|[^\W\d]\w*|[()]|[^\w#()]+")
KEYWORDS = frozenset(
    ("DEF", "run", "WHILE", "REPEAT", "IF", "IFELSE", "ELSE", "not", "def", "while", "for", "in", "range", "if", "else")
)
_OPENERS = frozenset("mcwrie")
_TESTS = frozenset(("while", "if", "elif", "not"))  # a perception stands behind them


def parts(line: str) -> Iterator[tuple[str, str]]:
    """A line of a program, in either form, as (text, kind) pieces; kinds are the keys of palette.SYNTAX."""
    pieces, before = _PART.findall(line), ("", "")
    for i, piece in enumerate(pieces):
        yield piece, _kind(piece, before, pieces[i + 1] if i + 1 < len(pieces) else "")
        before = (before[1], piece) if piece.strip() else before


def _kind(piece: str, before: tuple[str, str], following: str) -> str:
    """The kind of a piece, which stands behind the two pieces `before`, blanks left out."""
    if piece.startswith("#"):
        return "comment"
    if piece in KEYWORDS:
        return "keyword"
    if piece.isdigit() or piece.startswith("R="):
        return "number"
    if piece in "()" or (piece in _OPENERS and following[:1] in ("(", ")")):
        return "bracket"
    if not piece.isidentifier() or piece == "_":
        return "plain"
    return "perception" if before == ("c", "(") or before[1] in _TESTS else "action"


def highlight(lines: Sequence[str], lit: int | None = None, *, first: int = 0) -> Text:
    """`lines` in colour; the one with index `lit` is lit up and marked, `first` being the index of the first."""
    text = Text(no_wrap=False)
    for number, line in enumerate(lines, first):
        if number > first:
            text.append("\n")
        if lit is not None:
            text.append("▸ " if number == lit else "  ", "bold" if number == lit else "")
        if number == lit:
            indent = len(line) - len(line.lstrip())
            text.append(line[:indent])
            text.append(line[indent:], LIT_STYLE)
        else:
            for piece, kind in parts(line):
                text.append(piece, SYNTAX_STYLE[kind])
    return text


def show(program: Program, style: Style) -> Text:
    """The whole program in colour."""
    return highlight(layout(program, style)[0])


def around(lines: Sequence[str], lit: int, room: int) -> tuple[int, Sequence[str]]:
    """The part of `lines` that fits `room` lines and has line `lit` in it: (index of its first line, the lines)."""
    if len(lines) <= room:
        return 0, lines
    first = min(max(0, lit - room // 2), len(lines) - room)
    return first, lines[first : first + room]
