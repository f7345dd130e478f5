"""Docstrings that people are shown: help, and tasks in words.

`python -OO` drops them; they are then read from the source.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

from leapscli.syntax import parse


def docstring(thing: ModuleType | Callable[..., Any]) -> str:
    """The docstring of a module or function, its indentation taken away; empty where there is none."""
    return inspect.cleandoc(thing.__doc__ or _in_source(thing))


def _in_source(thing: ModuleType | Callable[..., Any]) -> str:
    """The docstring as it stands in the file."""
    try:
        tree = parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError, SyntaxError):  # there is no file, or it is another by now
        return ""
    holder = tree if isinstance(thing, ModuleType) else tree.body[0]
    return (ast.get_docstring(holder) or "") if isinstance(holder, ast.Module | ast.FunctionDef) else ""
