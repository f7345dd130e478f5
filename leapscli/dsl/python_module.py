"""The functions of a text in Python form that are programs; what stands around them must say nothing.

from stanfordkarel import *     imports,

def run() -> None:
    move()

if __name__ == "__main__":      and what starts a program elsewhere
    run()
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from leapscli.dsl.diagnostics import END_OF_PROGRAM, plain_error, syntax_error
from leapscli.dsl.differences import FORMS, ONLY_RUN, about_statement
from leapscli.dsl.python_text import PythonText, is_string
from leapscli.dsl.vocabulary import CLOSING_CALLS, PROGRAM_NAMES, fold


def defines(text: PythonText) -> list[ast.FunctionDef]:
    """The functions that are programs; what stands around them must say nothing."""
    nodes = [node for node in text.module.body if not _surrounds(node)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    names = [name for name in PROGRAM_NAMES if any(fold(define.name) == name for define in functions)]
    begun = False
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            _named(text, node, names[:1] or ["run"], len(functions) == 1)
            begun = True
        elif not (begun and _closes(node)):
            hint = about_statement(node, text.vocabulary) or (None if begun else FORMS)
            raise text.unexpected(node, (END_OF_PROGRAM if begun else "def run():",), hint)
    if not begun:
        raise syntax_error(text.whole, text.above + 1, 1, END_OF_PROGRAM, ("def run():",))
    return functions


def _named(text: PythonText, define: ast.FunctionDef, names: Sequence[str], alone: bool) -> None:
    """`def run():`, perhaps with the object whose methods are called, and `-> None`."""
    if define.decorator_list:
        raise text.unexpected(define.decorator_list[0], ("def run():",))
    line = text.line(define.lineno)
    start = text.span(define).column
    place = text.whole, define.lineno, line.find(define.name, start + 2) + 1 or start, define.name
    if fold(define.name) not in names:
        raise syntax_error(*place, ("run",)) if alone else plain_error(*place, ONLY_RUN)
    given = define.args
    plain = len(given.posonlyargs + given.args) <= 1 and not (given.defaults or given.kwonlyargs)
    nothing = define.returns is None or (isinstance(define.returns, ast.Constant) and define.returns.value is None)
    if not plain or given.vararg or given.kwarg or not nothing:
        raise plain_error(*place, f"'{define.name}' takes no arguments and returns nothing: def {define.name}():")


def _surrounds(node: ast.stmt) -> bool:
    """True if a statement outside of functions has no effect: an import, a string, `if __name__ == "__main__":`."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.If(ast.Compare(ast.Name("__name__"))):
            return True
    return is_string(node)


def _closes(node: ast.stmt) -> bool:
    """True if a statement is the closing call of a file: `run()`."""
    match node:
        case ast.Expr(ast.Call(ast.Name(name))):
            return fold(name) in CLOSING_CALLS
    return False
