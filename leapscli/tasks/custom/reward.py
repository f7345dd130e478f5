"""The reward of a user's task file, compiled for the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import types

from leapscli.jit import with_names
from leapscli.tasks.custom.compiling import Blame, compiled, tried

PARAMETERS = ("action", "changed", "pos", "ahead", "cells", "zone", "memory")
RETURNS = "every path must return (number, bool), as in `return 0.0, False`"
_BYTES, _WORDS = types.uint8[::1], types.int64[::1]
_MARKS = types.Array(types.uint8, 1, "C", readonly=True)
_SIGNATURE = (types.int64, types.boolean, types.int64, types.int64, _BYTES, _MARKS, _WORDS)


def compiled_reward(reward: FunctionType, blame: Blame) -> Callable[..., Any]:
    """A function for `Scorer.of` that calls the compiled `reward`, named after all that `reward` consists of.

    Raises TaskError where it cannot be compiled or returns something else than (number, bool).
    """
    content = hashlib.sha256()
    own = compiled(reward, blame, content)
    if hasattr(own, "compile"):  # not so where compilation is switched off
        check_return(tried(own, reward, blame, _SIGNATURE, RETURNS), blame)
    engine = with_names(_call, "own", own=own)
    engine.__name__ = f"reward-{content.hexdigest()[:16]}"
    return engine


def check_return(made: Any, blame: Blame) -> None:
    """Raises TaskError where compiled code returns something else than (number, bool)."""
    kinds: list[Any] = list(getattr(made, "types", ()))  # of a tuple
    number = types.Number | types.Boolean | types.IntegerLiteral | types.BooleanLiteral
    if len(kinds) != 2 or not isinstance(kinds[0], number) or not is_bool(kinds[1]):
        raise blame(f"{RETURNS}, not {made}", "reward")


def _call(action, changed, pos, ahead, cells, zone, memory):
    """A template: `own` is filled in."""
    gain, stop = own(action, changed, pos, ahead, cells, zone, memory)  # type: ignore[name-defined]  # noqa: F821
    return float(gain), bool(stop)


def is_bool(kind: types.Type) -> bool:
    """True for a type of True and False."""
    return isinstance(kind, types.Boolean | types.BooleanLiteral)
