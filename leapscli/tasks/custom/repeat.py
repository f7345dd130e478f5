"""Functions of a user's task file that must give the same for the same: draw for its rng, zones and memory for a world.

Their first calls are made more than once and compared. A clock is told by its name: it stands still between two calls.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import wraps
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from leapscli.errors import TaskError

CLOCKS = ("time", "datetime")
CHANCE = ("random", "secrets", "uuid", "numpy.random")
REPEATS = (3, *[1] * 7)  # how often each of the first calls is made again
Function = Callable[..., Any]
Blame = Callable[..., TaskError]  # what went wrong, in which function, in which line


def repeatable(name: str, given: str, checked: Function, function: FunctionType, blame: Blame) -> Function:
    """`checked`, refused where it gives something else for the same `given`; `function` is what the user wrote.

    Raises TaskError at once where it reads a clock.
    """
    for origin, line in _origins(function):
        if origin in CLOCKS:
            raise blame(f"it reads the clock ({origin}); {given} alone must decide", name, line)
    repeats = iter(REPEATS)

    @wraps(function)
    def call(*args: Any) -> Any:
        copies = [deepcopy(args) for _ in range(next(repeats, 0))]
        made = checked(*args)
        if all(_same(made, checked(*copy)) for copy in copies):
            return made
        chance = next((found for found in _origins(function) if found[0] in CHANCE), None)
        rest = f": {chance[0]} decides, too" if chance else ", so something outside decides, too"
        raise blame(f"for the same {given} it does not always give the same{rest}", name, chance and chance[1])

    return call


def _same(one: Any, other: Any) -> bool:
    return np.array_equal(one, other) if isinstance(one, np.ndarray | list) else bool(one == other)


def _origins(function: FunctionType, seen: frozenset[FunctionType] = frozenset()) -> Iterator[tuple[str, int | None]]:
    """The clocks and sources of chance that a function, or one of its file that it calls, names, and in which line."""
    for operation, name, before, line in _names(function.__code__):
        value = function.__globals__.get(name) if operation.startswith(("LOAD_GLOBAL", "LOAD_NAME")) else None
        if isinstance(value, FunctionType) and value.__globals__ is function.__globals__ and value not in seen:
            yield from _origins(value, seen | {function})
        if operation == "IMPORT_NAME":
            value = name
        elif name == "random" and function.__globals__.get(before) is np:
            value = "numpy.random"
        if origin := _origin(value):
            yield origin, line


def _names(code: CodeType) -> Iterator[tuple[str, str, str, int | None]]:
    """Every name that code uses: the operation, the name, what was read before it, and the line."""
    for last, this in pairwise(dis.get_instructions(code)):
        if isinstance(this.argval, str):
            line = this.positions.lineno if this.positions else None
            yield this.opname, this.argval, str(last.argval), line
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _origin(value: Any) -> str | None:
    """The clock or source of chance that a value is, is a part of, or is made by."""
    places = [value if isinstance(value, str) else value.__name__ if isinstance(value, ModuleType) else None]
    owner = getattr(value, "__self__", None)
    places += [getattr(value, "__module__", None), type(owner).__module__, type(value).__module__]
    for place in places:
        for known in (*CLOCKS, *CHANCE):
            if isinstance(place, str) and (place == known or place.startswith(f"{known}.")):
                return known
    return None
