"""A domain: a language, the functions of agent and cells that are compiled into the interpreter, and its worlds.

An agent is a tuple of uint64 numbers, whose meaning is the domain's own; cells are a flat uint8 array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leapscli.dsl.vocabulary import Vocabulary
from leapscli.engine.reference import Actor, Referee


@dataclass(frozen=True)
class Domain:
    """The functions are those that numba can compile, none of which allocates.

    `actions`, in the order of action ids: `act(agent, cells) → (agent, changed)`, changing `cells` in place.
    `perceptions`, in the order of the `vocabulary`: `sense(agent, cells) → bool`.
    `enter(start) → agent` makes the agent of a row of `Arena.starts`.
    `judge` is how a task's reward sees an action: a template with the arguments of a hook (see `interpreter.py`), in
    which `reward` is filled in. `confined(agent, cells) → bool` tells that the next action cannot lead out of the
    cells: asked after each action that a reward of the user's own has judged, since that may change any cell.

    The rest is for tasks and viewers, in Python: `stack(worlds)` makes a batch, which makes an `Arena`; `parse(text)`
    reads a world; `actor(world, crashable=…)` acts and perceives there as the compiled functions do, and
    `referee(reward, arena)` asks a task's reward.
    """

    name: str
    vocabulary: Vocabulary
    actions: tuple[Callable[..., Any], ...]
    perceptions: tuple[Callable[..., Any], ...]
    enter: Callable[..., Any]
    judge: Callable[..., Any]
    confined: Callable[..., Any]
    stack: Callable[[Sequence[Any]], Any]
    parse: Callable[[str], Any]
    actor: Callable[..., Actor]
    referee: Callable[..., Referee]
