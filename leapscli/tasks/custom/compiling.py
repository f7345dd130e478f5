"""A user's functions compiled for the engine, with the helper functions that they call.

Each is compiled on its own first, with bounds checks: what numba cannot compile is reported against the user's line.
"""

from __future__ import annotations

import builtins
import difflib
import dis
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np

from leapscli.errors import TaskError

Blame = Callable[..., TaskError]  # (what went wrong, in which function, in which line)


def check_bounds(namespace: ModuleType) -> None:
    """Compile again, with bounds checks, the functions that a file has compiled by itself."""
    for name, value in list(vars(namespace).items()):
        if hasattr(value, "py_func") and hasattr(value, "targetoptions"):
            options = {**value.targetoptions, "boundscheck": True}
            options.pop("nopython", None)
            setattr(namespace, name, numba.njit(**options)(value.py_func))


def tried(own: Any, function: FunctionType, blame: Blame, signature: tuple[Any, ...], returns: str) -> Any:
    """The type that the compiled function `own` returns; TaskError where it cannot be compiled for this signature."""
    try:
        own.compile(signature)
    except Exception as error:  # numba raises all kinds
        raise blame(*_explained(error, function, returns)) from None
    return own.overloads[signature].signature.return_type


def compiled(function: FunctionType, blame: Blame, content: Any, callers: tuple[FunctionType, ...] = ()) -> Any:
    """`function` and the plain functions that it calls, each made ready to compile; `content` is fed what they are."""
    if function in callers:
        raise blame("a compiled function cannot call itself", function.__name__, function.__code__.co_firstlineno)
    content.update(_source(function))
    helpers = {}
    for name, line in _globals_read(function.__code__):
        if name not in function.__globals__ and not hasattr(builtins, name):
            close = difflib.get_close_matches(name, [*function.__globals__, *function.__code__.co_varnames], 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise blame(f"name {name!r} is not defined{hint}", function.__name__, line)
        value: Any = function.__globals__.get(name)
        if isinstance(value, FunctionType):
            helpers[name] = compiled(value, blame, content, (*callers, function))
        elif hasattr(value, "py_func"):
            content.update(_source(value.py_func))
        elif not isinstance(value, ModuleType):
            content.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    for cell in function.__closure__ or ():
        content.update(repr(cell.cell_contents).encode())
    names = {**function.__globals__, **helpers}
    clone = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    return numba.njit(nogil=True, boundscheck=True, error_model="numpy")(clone)


def _source(function: FunctionType) -> bytes:
    path = Path(function.__code__.co_filename)
    return path.read_bytes() if path.is_file() else function.__code__.co_code


def _globals_read(code: CodeType) -> Iterator[tuple[str, int | None]]:
    """The global names that code reads, and where."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval, instruction.positions.lineno if instruction.positions else None
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals_read(inner)


def _explained(error: Exception, function: FunctionType, returns: str) -> tuple[str, str, int | None]:
    """The text of numba's error, with its function and line."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # numba colours it where colorama is installed
    path = inspect.getsourcefile(function) or ""
    places = re.findall(rf'File "[^"]*{re.escape(Path(path).name)}", line (\d+)|{re.escape(path)} \((\d+)\)', text)
    lines = [int(a or b) for a, b in places]
    if "Can't unify return type" in text:  # numba names the returns in any order
        return returns, function.__name__, max(lines, default=None)
    if "setitem" in text and "readonly" in text:
        return (
            "zone cannot be changed; what a reward remembers belongs in memory",
            function.__name__,
            next(iter(lines), None),
        )
    said = [part.strip() for part in text.splitlines() if part.strip() and not part.startswith("Failed in nopython")]
    return (
        f"it cannot be compiled: {said[0] if said else type(error).__name__}",
        function.__name__,
        next(iter(lines), None),
    )
