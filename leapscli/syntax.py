"""Python source to its syntax tree, in one thread at a time.

CPython counts how deep a tree is for all threads together: two that parse at once can end in a SystemError.
"""

from __future__ import annotations

import ast
import threading

_PARSING = threading.Lock()


def parse(source: str | bytes, name: str = "<unknown>") -> ast.Module:
    """`ast.parse`. Raises SyntaxError."""
    with _PARSING:
        return ast.parse(source, name)
