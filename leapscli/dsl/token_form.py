"""Token form and token ids to tree.

Any white space separates tokens, `c(` is one token as written, and `#` starts a comment. The grammar's automaton
accepts or refuses each token, so what is expected at an error is exactly what the decoder's mask allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from leapscli.dsl.diagnostics import END_OF_PROGRAM, NESTING_LIMIT, plain_error, syntax_error
from leapscli.dsl.differences import FORMS, about_token
from leapscli.dsl.fences import Part
from leapscli.dsl.grammar import Walker
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.tree import (
    Action,
    Body,
    Condition,
    If,
    IfElse,
    Not,
    Perception,
    Repeat,
    Span,
    Statement,
    Tree,
    While,
)
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import ProgramSyntaxError

_LEXEME = re.compile(r"#.*|[^\s()#]+[()]?|[()]")

Lexeme = tuple[str, Span]


def parse_tokens(part: Part, text: str, vocabulary: Vocabulary = PUBLISHED) -> list[Tree]:
    """The programs that a part of a `text` spells in token form, one at least; else ProgramSyntaxError."""
    lexemes, at = list(_lexemes(part, vocabulary)), 0
    programs: list[Tree] = []
    while at < len(lexemes) or not programs:
        stop = _check(text, lexemes, vocabulary, at)
        if stop < len(lexemes) and lexemes[stop][0] != "DEF":
            raise _unexpected(text, lexemes[stop][1], (END_OF_PROGRAM,), vocabulary)
        tokens, spans = [token for token, _ in lexemes[at:stop]], [span for _, span in lexemes[at:stop]]
        programs.append(_Builder(tokens, spans, vocabulary).program())
        at = stop
    return programs


def parse_ids(ids: Sequence[int] | np.ndarray[Any, Any], vocabulary: Vocabulary = PUBLISHED) -> Tree:
    """The program of these token ids, trailing `<pad>` ignored; its nodes have no span."""
    numbers = [int(i) for i in ids]
    while numbers and numbers[-1] == vocabulary.pad:
        numbers.pop()
    words = vocabulary.tokens
    tokens = [words[i] if 0 <= i < len(words) else f"id:{i}" for i in numbers]
    text, lexemes = " ".join(tokens), list(_places(tokens))
    stop = _check(text, lexemes, vocabulary)
    if stop < len(lexemes):
        raise _unexpected(text, lexemes[stop][1], (END_OF_PROGRAM,), vocabulary)
    return _Builder(tokens, None, vocabulary).program()


def _lexemes(part: Part, vocabulary: Vocabulary) -> Iterator[Lexeme]:
    """The tokens that each word stands for, or the word where it stands for none, and where it stands."""
    for number, line in enumerate(part.text.split("\n"), start=part.above + 1):
        for match in _LEXEME.finditer(line):
            if match[0].startswith("#"):
                continue
            span = Span(number, match.start() + 1, number, match.end() + 1)
            known = match[0] in vocabulary.token_id
            for token in (match[0],) if known else vocabulary.tokens_of(match[0]) or (match[0],):
                yield token, span


def _places(tokens: Sequence[str]) -> Iterator[Lexeme]:
    """The same for tokens to be written on one line."""
    column = 1
    for token in tokens:
        yield token, Span(1, column, 1, column + len(token))
        column += len(token) + 1


def _check(text: str, lexemes: list[Lexeme], vocabulary: Vocabulary, start: int = 0) -> int:
    """Run the automaton over the tokens from `start` on: where the program ends that begins there.

    ProgramSyntaxError at the first that cannot stand where it does.
    """
    walker, end = Walker(vocabulary), Span(1, 1, 1, 1)
    for at in range(start, len(lexemes)):
        token, span = lexemes[at]
        if walker.state == "end":
            return at
        if not walker.take(token):
            raise _unexpected(text, span, walker.expected, vocabulary)
        if len(walker.stack) > NESTING_LIMIT:
            complaint = f"nested deeper than {NESTING_LIMIT} levels"
            raise plain_error(text, span.line, span.column, token, complaint)
        end = span
    if walker.state != "end":
        hint = FORMS if walker.state == "start" else None
        place = text, end.end_line, end.end_column
        raise syntax_error(*place, END_OF_PROGRAM, walker.expected, vocabulary, hint=hint)
    return len(lexemes)


def _unexpected(text: str, span: Span, expected: Sequence[str], vocabulary: Vocabulary) -> ProgramSyntaxError:
    """The word at `span` cannot stand there, one of `expected` could."""
    found = text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]
    hint = about_token(found, expected, vocabulary)
    return syntax_error(text, span.line, span.column, found, expected, vocabulary, hint=hint)


class _Builder:
    """Tokens that the automaton has accepted, to a tree, by recursive descent with nothing left to check."""

    def __init__(self, tokens: Sequence[str], spans: Sequence[Span] | None, vocabulary: Vocabulary) -> None:
        self.tokens, self.spans, self.vocabulary, self.at = tokens, spans, vocabulary, 0

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _span(self, first: int) -> Span | None:
        """From the token at `first` to the last one read."""
        if self.spans is None:
            return None
        start, end = self.spans[first], self.spans[self.at - 1]
        return Span(start.line, start.column, end.end_line, end.end_column)

    def program(self) -> Tree:
        self.at = 2
        return Tree(self._body("m)"), self._span(0))

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
        if word in self.vocabulary.action_id:
            return Action(word, self._span(first), self.vocabulary)
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
        condition: Condition
        if word == "not":
            condition = Not(self._condition(), self._span(first))
        else:
            condition = Perception(word, self._span(first), self.vocabulary)
        self.at += 1
        return condition
