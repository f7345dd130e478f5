"""The rules of a user's world file, compiled for the engine and checked against themselves as Python."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

import numpy as np
from numba import types

from leapscli.domains.grid.domain import Rules
from leapscli.domains.grid.world import GridWorld
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import described
from leapscli.jit import with_names
from leapscli.tasks.custom.checks import guarded
from leapscli.tasks.custom.compiling import Blame, compiled, tried
from leapscli.tasks.custom.reward import RETURNS, check_return, is_bool

ACT_RETURNS = "every path must return (agent, bool), the agent a tuple of as many whole numbers as it was given"
SENSE_RETURNS = "every path must return True or False"
TRIALS, LENGTH = 8, 64  # walks in which Python and compiled code are compared, and actions of each
_CELLS, _WORDS = types.uint8[:, ::1], types.int64[::1]


def _agent(size: int) -> Any:
    return types.UniTuple(types.int64, size)


def compiled_act(act: FunctionType, size: int, blame: Blame, content: Any) -> Any:
    """`act` as numba compiled it, for agents of `size` numbers. Raises TaskError where it returns something else."""
    own = compiled(act, blame, content)
    if hasattr(own, "compile"):
        made = tried(own, act, blame, (types.int64, _agent(size), _CELLS), ACT_RETURNS)
        kinds = list(getattr(made, "types", ()))
        numbers = list(getattr(kinds[0], "types", ())) if len(kinds) == 2 else []
        whole = all(isinstance(kind, types.Integer | types.IntegerLiteral) for kind in numbers)
        if len(numbers) != size or not whole or not is_bool(kinds[1]):
            raise blame(f"{ACT_RETURNS}, not {made}", act.__name__)
    return own


def compiled_sense(sense: FunctionType, size: int, blame: Blame, content: Any) -> Any:
    """`sense` likewise."""
    own = compiled(sense, blame, content)
    if hasattr(own, "compile"):
        made = tried(own, sense, blame, (types.int64, _agent(size), _CELLS), SENSE_RETURNS)
        if not is_bool(made):
            raise blame(f"{SENSE_RETURNS}, not {made}", sense.__name__)
    return own


def compiled_reward(reward: FunctionType, size: int, blame: Blame) -> Callable[..., Any]:
    """`reward` for `Scorer.of`, named after all that it consists of."""
    content = hashlib.sha256()
    own = compiled(reward, blame, content)
    if hasattr(own, "compile"):
        signature = types.int64, types.boolean, _agent(size), _CELLS, _WORDS
        check_return(tried(own, reward, blame, signature, RETURNS), blame)
    engine = with_names(_call, "own", own=own)
    engine.__name__ = f"reward-{content.hexdigest()[:16]}"
    return engine


def _call(action, changed, agent, cells, memory):
    """A template: `own` is filled in."""
    gain, stop = own(action, changed, agent, cells, memory)  # type: ignore[name-defined]  # noqa: F821
    return float(gain), bool(stop)


def checked_rules(act: FunctionType, sense: FunctionType, size: int, blame: Blame) -> Rules:
    """The rules as Python, in the arithmetic of compiled code."""
    inner_act, inner_sense = guarded("act", act, blame), guarded("sense", sense, blame)

    @wraps(act)
    def checked_act(action: int, agent: tuple[int, ...], cells: Any) -> Any:
        with np.errstate(all="ignore"):
            made = inner_act(action, agent, cells)
        try:
            moved, changed = made
            moved = tuple(int(n) for n in moved)
        except (TypeError, ValueError):
            raise blame(f"{ACT_RETURNS}, not {described(made)}", "act") from None
        if len(moved) != size:
            raise blame(f"{ACT_RETURNS}, not {described(made)}", "act")
        return moved, bool(changed)

    @wraps(sense)
    def checked_sense(perception: int, agent: tuple[int, ...], cells: Any) -> bool:
        before = cells.copy()
        with np.errstate(all="ignore"):
            holds = inner_sense(perception, agent, cells)
        if not np.array_equal(before, cells):
            raise blame("a perception must not change the cells", "sense")
        return bool(holds)

    return Rules(checked_act, checked_sense)


def checked_reward(reward: FunctionType, blame: Blame) -> Callable[..., Any]:
    """The reward as Python."""
    inner = guarded("reward", reward, blame)

    @wraps(reward)
    def checked(action: int, changed: bool, agent: tuple[int, ...], cells: Any, memory: Any) -> Any:
        with np.errstate(all="ignore"):
            made = inner(action, changed, agent, cells, memory)
        try:
            gain, over = made
            gain = float(gain)
        except (TypeError, ValueError):
            raise blame(f"{RETURNS}, not {described(made)}", "reward") from None
        if not np.isfinite(gain):
            raise blame(f"it paid {gain}; a reward must be finite", "reward")
        return gain, bool(over)

    return checked


def compare(rules: Rules, act: Any, sense: Any, vocabulary: Vocabulary, world: GridWorld, blame: Blame) -> None:
    """Random walks from `world`, as Python and as compiled: a mistake shows itself in Python, with its line.

    Raises TaskError where the two differ.
    """
    for trial in range(TRIALS):
        rng = np.random.default_rng(trial)
        place, wide = world.agent, world.cells.astype(np.int64)
        own_place, own = world.agent, world.cells.copy()
        for _ in range(LENGTH):
            for number, name in enumerate(vocabulary.perceptions):
                seen = rules.sense(number, place, wide)
                if seen != bool(sense(number, own_place, own)):
                    raise blame(f"{name} is {seen} as Python, {not seen} compiled; agent {place}", "sense")
            number = int(rng.integers(len(vocabulary.actions)))
            (place, _), name = rules.act(number, place, wide), vocabulary.actions[number]
            own_place = tuple(int(n) for n in act(number, own_place, own)[0])
            if place != own_place or not np.array_equal(wide & 255, own):
                what = f"{name} leads to agent {place} as Python, {own_place} compiled, or to other cells"
                raise blame(what, "act")
            wide &= 255
