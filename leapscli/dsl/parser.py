"""Text to programs: which form a text is written in it says itself; `token_form` and `python_form` read it."""

from __future__ import annotations

import re

from leapscli.dsl.declaration import declared
from leapscli.dsl.diagnostics import END_OF_PROGRAM, plain_error, syntax_error
from leapscli.dsl.differences import SEVERAL
from leapscli.dsl.fences import Part, parts
from leapscli.dsl.text import source
from leapscli.dsl.token_form import parse_tokens
from leapscli.dsl.tree import Span, Style, Tree
from leapscli.dsl.vocabulary import Vocabulary

_PYTHON = re.compile(
    r"""(?:\s*+\#[^\n]*+)*+\s*+(?!def\s+run\s+m\b)
    (?: (?:def|while|for|if|pass|import|from|async|class)\b | @ | [rRuU]?["'] | [A-Za-z]\w+\(\s*\) )""",
    re.VERBOSE,
)
_DAMAGE = re.compile("[\0\ud800-\udfff]")


def parse(text: str, vocabulary: Vocabulary | None = None) -> Tree:
    """The one program that `text` spells, in either form; else ProgramSyntaxError."""
    first, *more = parse_all(text, vocabulary)
    if more:
        line, column = (more[0].span or Span(1, 1, 1, 1))[:2]
        where = source(text)
        found = where.split("\n")[line - 1][column - 1 :].split()[0]
        raise syntax_error(where, line, column, found, (END_OF_PROGRAM,), hint=SEVERAL)
    return first


def parse_all(text: str, vocabulary: Vocabulary | None = None) -> list[Tree]:
    """The programs that `text` spells in one of the forms, one behind another; else ProgramSyntaxError.

    There is one at least, of the `vocabulary`, or of that which the text declares. Of a text with code fences only what
    stands in them is read, each fence in its own form.
    """
    text = source(text)
    _refuse_damage(text)
    words = vocabulary or declared(text)
    return [program for part in parts(text) if part.code for program in _read(part, text, words)]


def style_of(text: str) -> Style:
    """The form that the programs of a text are written in, by its first word."""
    code = next(part for part in parts(source(text)) if part.code)
    return "python" if _PYTHON.match(code.text) else "tokens"


def _read(part: Part, whole: str, vocabulary: Vocabulary) -> list[Tree]:
    """The programs of a part of a text; errors show the whole."""
    if _PYTHON.match(part.text):
        from leapscli.dsl.python_form import parse_python

        return parse_python(part.text, whole, part.above, vocabulary)
    return parse_tokens(part, whole, vocabulary)


def _refuse_damage(text: str) -> None:
    """Null characters and halves of characters are what a wrong encoding leaves."""
    damage = _DAMAGE.search(text)
    if damage:
        before, code = text[: damage.start()], ord(damage[0])
        place = before.count("\n") + 1, len(before) - before.rfind("\n"), damage[0]
        raise plain_error(text, *place, f"the character U+{code:04X} is no text", hint="save it as UTF-8")
