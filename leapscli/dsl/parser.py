"""Token form and token ids to tree; Python form is read by `python_form`. Which of the two a text is, it says itself.

In token form any white space separates tokens, `c(` is one token as written, and `#` starts a comment. The grammar's
automaton accepts or refuses each token, so what is expected at an error is exactly what the decoder's mask allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from leapscli.dsl.diagnostics import END_OF_PROGRAM, NESTING_LIMIT, plain_error, syntax_error
from leapscli.dsl.grammar import Walker
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
from leapscli.dsl.vocabulary import ACTION_ID, PAD, TOKENS

_LEXEME = re.compile(r"#.*|[^\s()#]+[()]?|[()]")
_PYTHON = re.compile(r"\s*(?:#[^\n]*\s*)*(?:(?:def|while|for|if|pass|import|from|async|class)\b|[A-Za-z]\w+\(\s*\))")


def parse(text: str) -> Program:
    """The program that `text` spells, in either form; else ProgramSyntaxError."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if _PYTHON.match(text):
        from leapscli.dsl.python_form import parse_python

        return parse_python(text)
    lexemes = list(_lexemes(text))
    _check(text, lexemes)
    return _Builder([token for token, _ in lexemes], [span for _, span in lexemes]).program()


def parse_ids(ids: Sequence[int] | np.ndarray[Any, Any]) -> Program:
    """The program of these token ids, trailing `<pad>` ignored; its nodes have no span."""
    numbers = [int(i) for i in ids]
    while numbers and numbers[-1] == PAD:
        numbers.pop()
    tokens = [TOKENS[i] if 0 <= i < len(TOKENS) else f"id:{i}" for i in numbers]
    text = " ".join(tokens)
    _check(text, list(_places(tokens)))
    return _Builder(tokens, None).program()


def _lexemes(text: str) -> Iterator[tuple[str, Span]]:
    """Each token as written and where it stands."""
    for number, line in enumerate(text.split("\n"), start=1):
        for match in _LEXEME.finditer(line):
            if not match[0].startswith("#"):
                yield match[0], Span(number, match.start() + 1, number, match.end() + 1)


def _places(tokens: Sequence[str]) -> Iterator[tuple[str, Span]]:
    """The same for tokens to be written on one line."""
    column = 1
    for token in tokens:
        yield token, Span(1, column, 1, column + len(token))
        column += len(token) + 1


def _check(text: str, lexemes: list[tuple[str, Span]]) -> None:
    """Run the automaton over the tokens; ProgramSyntaxError at the first that cannot stand where it does."""
    walker, end = Walker(), Span(1, 1, 1, 1)
    for token, span in lexemes:
        if walker.state == "end":
            raise syntax_error(text, span.line, span.column, token, (END_OF_PROGRAM,))
        if not walker.take(token):
            raise syntax_error(text, span.line, span.column, token, walker.expected)
        if len(walker.stack) > NESTING_LIMIT:
            complaint = f"nested deeper than {NESTING_LIMIT} levels"
            raise plain_error(text, span.line, span.column, token, complaint)
        end = span
    if walker.state != "end":
        raise syntax_error(text, end.end_line, end.end_column, END_OF_PROGRAM, walker.expected)


class _Builder:
    """Tokens that the automaton has accepted, to a tree, by recursive descent with nothing left to check."""

    def __init__(self, tokens: Sequence[str], spans: Sequence[Span] | None) -> None:
        self.tokens, self.spans, self.at = tokens, spans, 0

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _span(self, first: int) -> Span | None:
        """From the token at `first` to the last one read."""
        if self.spans is None:
            return None
        start, end = self.spans[first], self.spans[self.at - 1]
        return Span(start.line, start.column, end.end_line, end.end_column)

    def program(self) -> Program:
        self.at = 2
        return Program(self._body("m)"), self._span(0))

    def _body(self, closer: str) -> Body:
        """A block from its opening token to `closer`."""
        self.at += 1
        statements = []
        while self.tokens[self.at] != closer:
            statements.append(self._statement())
        self.at += 1
        return tuple(statements)

    def _statement(self) -> Statement:
        first, word = self.at, self._next()
        if word in ACTION_ID:
            return Action(word, self._span(first))
        if word == "REPEAT":
            times = int(self._next().removeprefix("R="))
            return Repeat(times, self._body("r)"), self._span(first))
        condition = self._condition()
        if word == "WHILE":
            return While(condition, self._body("w)"), self._span(first))
        body = self._body("i)")
        if word == "IF":
            return If(condition, body, self._span(first))
        self.at += 1  # ELSE
        return IfElse(condition, body, self._body("e)"), self._span(first))

    def _condition(self) -> Condition:
        """`c( cond c)`; the condition's span leaves the parentheses out."""
        self.at += 1
        first, word = self.at, self._next()
        condition = Not(self._condition(), self._span(first)) if word == "not" else Perception(word, self._span(first))
        self.at += 1
        return condition
