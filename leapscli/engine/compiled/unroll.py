"""One branch of a template, written out once for each operation that a domain has.

An interpreter is fastest as one flat chain of comparisons, which compiles to a jump table; but how long the chain is
depends on the domain. So the template holds one branch of each kind, and the copies are made of its syntax tree.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leapscli.syntax import parse


def unrolled(template: Callable[..., Any], name: str, branches: Mapping[str, Sequence[Mapping[str, Any]]]) -> Any:
    """A copy of `template`, called `name`, with `elif … == KEY:` once for each entry of `branches[KEY]`.

    An entry gives the values of the names that its copy of the branch reads, KEY among them.
    """
    tree = parse(textwrap.dedent(inspect.getsource(template)))
    names = dict(template.__globals__)
    _Unroll(branches, names).visit(tree)
    exec(compile(ast.fix_missing_locations(tree), inspect.getsourcefile(template) or "", "exec"), names)
    made = names[template.__name__]
    made.__qualname__ = f"{template.__qualname__}-{name}"
    return made


class _Unroll(ast.NodeTransformer):
    """Replaces a branch by its copies, and enters what they read into `names`."""

    def __init__(self, branches: Mapping[str, Sequence[Mapping[str, Any]]], names: dict[str, Any]) -> None:
        self.branches, self.names = branches, names

    def visit_If(self, node: ast.If) -> ast.AST:
        """`if op == KEY` … becomes `if op == KEY_0` … `elif op == KEY_1` …"""
        self.generic_visit(node)
        key = next((n.id for n in ast.walk(node.test) if isinstance(n, ast.Name) and n.id in self.branches), None)
        if key is None:
            return node
        rest = node.orelse
        for i, values in reversed(list(enumerate(self.branches[key]))):
            self.names.update({f"{name}_{i}": value for name, value in values.items()})
            branch = copy.deepcopy(node)
            branch.orelse = []
            _Suffix({name: f"{name}_{i}" for name in values}).visit(branch)
            branch.orelse, rest = rest, [branch]
        return rest[0]


class _Suffix(ast.NodeTransformer):
    """Renames what a branch reads."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """The new name, where there is one."""
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)
