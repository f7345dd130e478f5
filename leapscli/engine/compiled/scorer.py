"""Returns of programs on worlds, compiled for one task's reward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leapscli.engine.compiled.assembler import MALFORMED, assemble
from leapscli.engine.compiled.interpreter import copy, scratch, specialise
from leapscli.engine.domain import Domain
from leapscli.jit import inline, kernel, source_name, with_names
from leapscli.once import once


def score(ids, lengths, calls, limit, seek_endless, cells, zones, memory, starts, returns):
    """Fill `returns` float64[P, N] for the programs `ids` uint8[P, L]; False if a program is malformed.

    `cells`, `zones`, `memory` and `starts` are an `Arena`'s. A template: `interpret` and `enter` are filled in.
    """
    s = scratch(ids.shape[1], cells.shape[1], memory.shape[1])
    for p in range(ids.shape[0]):
        if assemble(ids[p], lengths[p], calls, seek_endless, s.code, s.targets, s.stack) == MALFORMED:
            return False
        for i in range(cells.shape[0]):
            copy(cells[i], s.cells)
            copy(memory[i], s.memory)
            total, _, _, _ = interpret(s, limit, enter(starts[i]), zones[i])
            returns[p, i] = total
    return True


def guarded(action, changed, word, agent, cells, zone, memory):
    """A hook that raises IndexError where `judge` has opened a way out of the cells. A template."""
    gain, stop = judge(action, changed, word, agent, cells, zone, memory)
    if not confined(agent, cells):
        raise IndexError("the outer wall was changed")
    return gain, stop


def hook_of(domain: Domain, reward: Callable[..., Any], trusted: bool) -> Any:
    """The hook that judges actions by a reward, and watches the outer wall if it is not `trusted`."""
    name = source_name(reward)
    hook = inline(with_names(domain.judge, name, reward=inline(reward)))
    if trusted:
        return hook
    return inline(with_names(guarded, name, judge=hook, confined=inline(domain.confined)))


@once
def scorer(domain: Domain, reward: Callable[..., Any], trusted: bool) -> Any:
    """The kernel `score` for a task's reward; from the cache where its file has not changed.

    A reward that is not `trusted` to leave the outer wall alone is watched.
    """
    name, hook = source_name(reward), hook_of(domain, reward, trusted)
    names = {"interpret": specialise(domain, hook, name), "enter": inline(domain.enter)}
    return kernel(with_names(score, f"{domain.name}-{name}", **names))
