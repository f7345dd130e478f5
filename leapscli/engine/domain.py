"""A domain: a language, its worlds, and for the engine the functions that are compiled into the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leapscli.dsl.vocabulary import Vocabulary
from leapscli.engine.reference import Actor, Referee


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A language and its worlds, for tasks and viewers.

    `stack(worlds)` makes a batch, which makes an `Arena`; `parse(text)` reads a world; `actor(world, crashable=…)` acts
    and perceives there, and `referee(reward, arena)` asks a task's reward.
    """

    name: str
    vocabulary: Vocabulary
    stack: Callable[[Sequence[Any]], Any]
    parse: Callable[[str], Any]
    actor: Callable[..., Actor]
    referee: Callable[..., Referee]


@dataclass(frozen=True, kw_only=True)
class CompiledDomain(Domain):
    """With functions that numba can compile, none of which allocates.

    An agent is a tuple of numbers, whose meaning is the domain's own; cells are a uint8 array of one or two axes.
    `actions`, in the order of action ids: `act(agent, cells) → (agent, changed)`, changing `cells` in place.
    `perceptions`, in the order of the `vocabulary`: `sense(agent, cells) → bool`.
    `enter(start) → agent` makes the agent of a row of `Arena.starts`.
    `judge` is how a task's reward sees an action: a template with the arguments of a hook (see `interpreter.py`), in
    which `reward` is filled in. `confined(agent, cells) → bool` tells that the next action cannot lead out of the
    cells: asked after each action that a reward of the user's own has judged, since that may change any cell.
    """

    actions: tuple[Callable[..., Any], ...]
    perceptions: tuple[Callable[..., Any], ...]
    enter: Callable[..., Any]
    judge: Callable[..., Any]
    confined: Callable[..., Any]
