"""The reward of a user's task file, compiled for the engine with the helper functions that it calls.

It is compiled on its own first, with bounds checks: what numba cannot compile is reported against the user's line.
"""

from __future__ import annotations

import builtins
import difflib
import dis
import hashlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba import types

from leapscli.errors import TaskError
from leapscli.jit import with_names

PARAMETERS = ("action", "changed", "pos", "ahead", "cells", "zone", "memory")
RETURNS = "every path must return (number, bool), as in `return 0.0, False`"
_BYTES, _WORDS = types.uint8[::1], types.int64[::1]
_MARKS = types.Array(types.uint8, 1, "C", readonly=True)
_SIGNATURE = (types.int64, types.boolean, types.int64, types.int64, _BYTES, _MARKS, _WORDS)
Blame = Callable[..., TaskError]  # (what went wrong, in which function, in which line)


def check_bounds(namespace: ModuleType) -> None:
    """Compile again, with bounds checks, the functions that a file has compiled by itself."""
    for name, value in list(vars(namespace).items()):
        if hasattr(value, "py_func") and hasattr(value, "targetoptions"):
            options = {**value.targetoptions, "boundscheck": True}
            options.pop("nopython", None)
            setattr(namespace, name, numba.njit(**options)(value.py_func))


def compiled_reward(reward: FunctionType, blame: Blame) -> Callable[..., Any]:
    """A function for `Scorer.of` that calls the compiled `reward`, named after all that `reward` consists of.

    Raises TaskError where it cannot be compiled or returns something else than (number, bool).
    """
    content = hashlib.sha256()
    own = _compiled(reward, blame, content, ())
    if hasattr(own, "compile"):  # not so where compilation is switched off
        _try(own, reward, blame)
    engine = with_names(_call, "own", own=own)
    engine.__name__ = f"reward-{content.hexdigest()[:16]}"
    return engine


def _try(own: Any, reward: FunctionType, blame: Blame) -> None:
    try:
        own.compile(_SIGNATURE)
    except Exception as error:  # numba raises all kinds
        raise blame(*_explained(error, reward)) from None
    made = own.overloads[_SIGNATURE].signature.return_type
    kinds: list[Any] = list(getattr(made, "types", ()))  # of a tuple
    number = types.Number | types.Boolean | types.IntegerLiteral | types.BooleanLiteral
    if len(kinds) != 2 or not isinstance(kinds[0], number) or not _is_bool(kinds[1]):
        raise blame(f"{RETURNS}, not {made}", "reward")


def _call(action, changed, pos, ahead, cells, zone, memory):
    """A template: `own` is filled in."""
    gain, stop = own(action, changed, pos, ahead, cells, zone, memory)  # type: ignore[name-defined]  # noqa: F821
    return float(gain), bool(stop)


def _is_bool(kind: types.Type) -> bool:
    return isinstance(kind, types.Boolean | types.BooleanLiteral)


def _compiled(function: FunctionType, blame: Blame, content: Any, callers: tuple[FunctionType, ...]) -> Any:
    """`function` and the plain functions that it calls, each made ready to compile; `content` is fed what they are."""
    if function in callers:
        raise blame("a compiled function cannot call itself", function.__name__, function.__code__.co_firstlineno)
    content.update(_source(function))
    helpers = {}
    for name, line in _globals_read(function.__code__):
        if name not in function.__globals__ and not hasattr(builtins, name):
            close = difflib.get_close_matches(name, [*function.__globals__, *PARAMETERS], 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise blame(f"name {name!r} is not defined{hint}", function.__name__, line)
        value: Any = function.__globals__.get(name)
        if isinstance(value, FunctionType):
            helpers[name] = _compiled(value, blame, content, (*callers, function))
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


def _explained(error: Exception, reward: FunctionType) -> tuple[str, str, int | None]:
    """The text of numba's error, with its function and line."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # numba colours it where colorama is installed
    path = inspect.getsourcefile(reward) or ""
    places = re.findall(rf'File "[^"]*{re.escape(Path(path).name)}", line (\d+)|{re.escape(path)} \((\d+)\)', text)
    lines = [int(a or b) for a, b in places]
    if "Can't unify return type" in text:  # numba names the returns in any order
        return RETURNS, "reward", max(lines, default=None)
    if "setitem" in text and "readonly" in text:
        return "zone cannot be changed; what a reward remembers belongs in memory", "reward", next(iter(lines), None)
    said = [part.strip() for part in text.splitlines() if part.strip() and not part.startswith("Failed in nopython")]
    return f"it cannot be compiled: {said[0] if said else type(error).__name__}", "reward", next(iter(lines), None)
