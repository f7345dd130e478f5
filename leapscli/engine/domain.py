"""A domain: the functions of agent and cells that are compiled into the interpreter.

An agent is a tuple of uint64 numbers, whose meaning is the domain's own; cells are a flat uint8 array.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leapscli.dsl.vocabulary import Vocabulary


@dataclass(frozen=True)
class Domain:
    """Functions that numba can compile, none of which allocates.

    `actions`, in the order of action ids: `act(agent, cells) → (agent, changed)`, changing `cells` in place.
    `perceptions`, in the order of the `vocabulary`: `sense(agent, cells) → bool`.
    `enter(start) → agent` makes the agent of a row of `Arena.starts`.
    `judge` is how a task's reward sees an action: a template with the arguments of a hook (see `interpreter.py`), in
    which `reward` is filled in. `confined(agent, cells) → bool` tells that the next action cannot lead out of the
    cells: asked after each action that a reward of the user's own has judged, since that may change any cell.
    """

    name: str
    vocabulary: Vocabulary
    actions: tuple[Callable[..., Any], ...]
    perceptions: tuple[Callable[..., Any], ...]
    enter: Callable[..., Any]
    judge: Callable[..., Any]
    confined: Callable[..., Any]
