"""Constructs of Python and of other dialects that this language lacks, with a hint for each: what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Collection

from leapscli.dsl.vocabulary import COUNTS, Vocabulary, fold

FORMS = "a program is DEF run m( move m), or def run(): with indented lines under it"
EMPTY = "no block is empty: leave out what does nothing"
ONLY_RUN = "only run may be defined: write out what this does at each place that calls it"
_JSON = "JSON is no program; leaps data import reads data sets"
SEVERAL = "several programs: Program.parse_all reads them"
_ITSELF = "a program does not call itself: repeat with while or for"
_AND = "a condition has no 'and': nest, one if inside the other"
_OR = "a condition has no 'or': if … else, with another if in the else"
ENDLESS = "a condition is a perception, so no loop is endless; for _ in range(19): repeats 19 times"
NO_VARIABLES = "there are no variables: perceptions decide, and for _ in range(3): repeats three times"
_NO_JUMPS = "nothing jumps out: a loop ends when its condition fails, a program behind its last line"
_QUOTES = "a program stands without quotes"
_WORDS = {
    "print": "a program only acts; leaps run shows what it does",
    "run": _ITSELF,
    "main": _ITSELF,
    "else": "IF with an ELSE is IFELSE c( … c) i( … i) ELSE e( … e)",
}
_SIGNS = {"!": "'not' negates", "&": _AND, "|": _OR, "{": "a block is indented, under a line that ends in ':'"}


def about_statement(node: ast.AST, vocabulary: Vocabulary) -> str | None:
    """The hint for Python that is no statement of a program."""
    match node:
        case ast.Pass():
            return EMPTY
        case ast.FunctionDef():
            return ONLY_RUN
        case ast.ClassDef():
            return "def run(): stands by itself, in no class"
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            return NO_VARIABLES
        case ast.Break() | ast.Continue() | ast.Return():
            return _NO_JUMPS
        case ast.Expr(ast.Constant(str())):
            return EMPTY
        case ast.Expr(ast.Call(ast.Name(name))):
            return _about_word(name, vocabulary)
    return None


def about_condition(node: ast.AST, vocabulary: Vocabulary) -> str | None:
    """The hint for Python that is no condition of a program."""
    match node:
        case ast.BoolOp(ast.And()):
            return _AND
        case ast.BoolOp():
            return _OR
        case ast.Constant():
            return ENDLESS
        case ast.Compare():
            return NO_VARIABLES
        case ast.Call(ast.Name(name)):
            return _about_word(name, vocabulary)
    return None


def _about_word(word: str, vocabulary: Vocabulary) -> str | None:
    """The hint for a word that no vocabulary has, or that this one has not."""
    return _WORDS.get(fold(word)) or vocabulary.hints.get(fold(word))


def about_count(times: int) -> str | None:
    """The hint for more repetitions than one loop makes."""
    most = len(COUNTS) - 1
    inner = next((n for n in range(most, 1, -1) if times % n == 0 and times // n <= most), None)
    if times <= most:
        return None
    return f"nest two loops, of {times // inner} and {inner}" if inner else "nest loops, or put one behind another"


def about_token(found: str, expected: Collection[str], vocabulary: Vocabulary) -> str | None:
    """The hint for a word of token form where one of `expected` should stand."""
    if "DEF" in expected:
        return {"{": _JSON, "[": _JSON, "`": _QUOTES}.get(found[:1], FORMS)
    if "R=0" in expected and (number := found.upper().removeprefix("R=")).isdecimal():
        return about_count(int(number[:9]))
    if "c(" in expected and vocabulary.tokens_of(found):
        return "a condition stands in c( … c), also behind not"
    return _about_word(found, vocabulary)


def about_python(found: str, line: str) -> str | None:
    """The hint for a line that Python cannot read from `found` on."""
    if line.lstrip().startswith("repeat"):
        return "for _ in range(3): repeats three times"
    if line.lstrip().startswith("else if"):
        return "'else if' is written elif"
    return _SIGNS.get(found[:1])
