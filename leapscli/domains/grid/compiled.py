"""Rules of a grid world as the functions that are compiled into the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from leapscli.jit import inline, with_names


def _action(agent, cells):
    """A template: `own`, `number` and `whole` are filled in."""
    moved, changed = own(number, agent, cells)  # noqa: F821
    return whole(moved), bool(changed)  # noqa: F821


def _perception(agent, cells):
    """A template: `own` and `number` are filled in."""
    return bool(own(number, agent, cells))  # noqa: F821


def judge(action, changed, word, agent, cells, zone, memory):
    """A task's reward, told the agent. A template: `reward` is filled in."""
    return reward(action, changed, agent, cells, memory)  # noqa: F821


def confined(agent, cells):
    """True: rules and rewards are compiled with bounds checks of their own."""
    return True


def action(name: str, own: Any, number: int, size: int) -> Callable[..., Any]:
    """One action of the rules `own`; agents have `size` numbers."""
    return with_names(_action, f"{name}-{number}", own=own, number=np.int64(number), whole=_tuple(size, "a"))


def perception(name: str, own: Any, number: int) -> Callable[..., Any]:
    """One perception of the rules `own`."""
    return with_names(_perception, f"{name}-{number}", own=own, number=np.int64(number))


def enter(size: int) -> Callable[..., Any]:
    """The agent of a row of `Arena.starts`."""
    return _python(size, "enter")


def _tuple(size: int, name: str) -> Any:
    return inline(_python(size, name))


def _python(size: int, name: str) -> Callable[..., Any]:
    """`row → (int64, …)`: compiled code must know how long a tuple is."""
    parts = "".join(f"int64(row[{i}]), " for i in range(size))
    names: dict[str, Any] = {"int64": np.int64}
    exec(f"def {name}(row):\n    return ({parts})\n", names)
    made: Callable[..., Any] = names[name]
    return made
