"""A user's Python file: executed once, every mistake reported against its line."""

from __future__ import annotations

import ast
import linecache
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from leapscli.errors import InputError
from leapscli.syntax import parse

E = TypeVar("E", bound=InputError)


class PythonFile(Generic[E]):
    """A file as it was executed, and the lines of what it defines.

    `module` is the name that it has as a module; mistakes are raised as `mistake`, with `hint`.
    """

    def __init__(self, path: Path, module: str, mistake: type[E], hint: str) -> None:
        self.path, self.mistake, self.hint, self.lines = path, mistake, hint, dict[str, int]()
        linecache.checkcache(str(path))  # an edited file is read again, in error messages too
        self.namespace = ModuleType(module)
        self.namespace.__file__ = str(path)
        sys.modules[module] = self.namespace  # dataclasses, for one, look themselves up there
        try:
            tree = parse(path.read_bytes(), str(path))
            self.lines = definitions(tree)
            exec(compile(tree, str(path), "exec", optimize=0), vars(self.namespace))  # asserts and docstrings stay
        except OSError as error:
            raise mistake(f"{path}: cannot be read: {error.strerror}", hint) from None
        except SyntaxError as error:
            raise mistake(f"{path}:{error.lineno or 1}: {error.msg}", hint) from None
        except (Exception, SystemExit) as error:
            raise self.error(error) from error

    def __contains__(self, name: str) -> bool:
        return hasattr(self.namespace, name)

    def error(self, what: str | BaseException, name: str = "", line: int | None = None) -> E:
        """The error against `line`, or where `what` was raised in this file, or else where `name` is defined."""
        text = str(what)
        if isinstance(what, BaseException):
            inside = [f.lineno for f in traceback.extract_tb(what.__traceback__) if f.filename == str(self.path)]
            line = line or (inside[-1] if inside else None)
            text = f"{type(what).__name__}: {what}" if text else type(what).__name__
        about = f"{name.rpartition('.')[2]}: " if name else ""
        return self.mistake(f"{self.path}:{line or self.lines.get(name, 1)}: {about}{text}", self.hint)


def definitions(tree: ast.Module) -> dict[str, int]:
    """The line on which each name is defined; of methods as `Class.method`."""
    lines: dict[str, int] = {}
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name, body=body):
                lines[name] = node.lineno
                inside = [each for each in body if isinstance(each, ast.FunctionDef)]
                lines |= {f"{name}.{each.name}": each.lineno for each in inside}
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                lines[name] = node.lineno
    return lines
