"""What people and language models write that this language cannot say, and what to write instead: one hint for each."""

from __future__ import annotations

import ast

from leapscli.dsl.spellings import fold
from leapscli.dsl.vocabulary import COUNTS

FORMS = "a program is DEF run m( move m), or def run(): with indented lines under it"
EMPTY = "no block is empty: leave out what does nothing"
ONLY_RUN = "only run may be defined: write out what this does at each place that calls it"
SEVERAL = "several programs: Program.parse_all reads them"
_AND = "a condition has no 'and': nest, one if inside the other"
_OR = "a condition has no 'or': if … else, with another if in the else"
ENDLESS = "a condition is a perception, so no loop is endless; for _ in range(19): repeats 19 times"
NO_VARIABLES = "there are no variables: perceptions decide, and for _ in range(3): repeats three times"
_NO_JUMPS = "nothing jumps out: a loop ends when its condition fails, a program behind its last line"
_WORDS = {
    "turnaround": "turn left twice",
    "run": "a program does not call itself: repeat with while or for",
    "main": "a program does not call itself: repeat with while or for",
    "else": "IF with an ELSE is IFELSE c( … c) i( … i) ELSE e( … e)",
    "{": f"JSON is no program: {FORMS}",
    "[": f"JSON is no program: {FORMS}",
}
_SIGNS = {"!": "'not' negates", "&": _AND, "|": _OR, "{": "a block is indented, under a line that ends in ':'"}


def about_statement(node: ast.AST) -> str | None:
    """The hint for Python that is no statement of a program."""
    match node:
        case ast.Pass():
            return EMPTY
        case ast.FunctionDef():
            return ONLY_RUN
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            return NO_VARIABLES
        case ast.Break() | ast.Continue() | ast.Return():
            return _NO_JUMPS
        case ast.Expr(ast.Constant(str())):
            return EMPTY
        case ast.Expr(ast.Call(ast.Name(name))):
            return _WORDS.get(fold(name))
    return None


def about_condition(node: ast.AST) -> str | None:
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
    return None


def about_count(times: int) -> str | None:
    """The hint for more repetitions than one loop makes."""
    most = len(COUNTS) - 1
    inner = next((n for n in range(most, 1, -1) if times % n == 0 and times // n <= most), None)
    if times <= most:
        return None
    return f"nest two loops, of {times // inner} and {inner}" if inner else "nest loops, or put one behind another"


def about_token(found: str, first: bool) -> str | None:
    """The hint for a word that has no place in token form; `first` where the program should begin."""
    if found[:2].upper() == "R=" and found[2:].isdecimal():
        return about_count(int(found[2:9]))
    return _WORDS.get(fold(found[:1] if found[:1] in "[{" else found)) or (FORMS if first else None)


def about_sign(found: str) -> str | None:
    """The hint for a sign of other languages where Python cannot read on."""
    return _SIGNS.get(found[:1])
