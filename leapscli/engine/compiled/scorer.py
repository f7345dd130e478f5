"""Returns of programs on worlds, compiled for one task's reward."""

from __future__ import annotations

from typing import Any

from leapscli.engine.compiled.assembler import MALFORMED, assembler
from leapscli.engine.compiled.interpreter import copy, scratch, specialise
from leapscli.engine.domain import CompiledDomain
from leapscli.engine.judge import Judge
from leapscli.jit import inline, kernel, source_name, with_names
from leapscli.once import once


def score(ids, lengths, calls, limit, seek_endless, cells, zones, memory, starts, returns):
    """Fill `returns` float64[P, N] for the programs `ids` uint8[P, L]; False if a program is malformed.

    `cells`, `zones`, `memory` and `starts` are an `Arena`'s. A template: `assemble`, `interpret`
    and `enter` are filled in.
    """
    s = scratch(ids.shape[1], cells.shape[1:], memory.shape[1])
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


def crashing(action, changed, word, agent, cells, zone, memory):
    """A hook that ends the run at an action that does nothing. A template."""
    gain, stop = judge(action, changed, word, agent, cells, zone, memory)
    return gain, stop or not changed


def name_of(judge: Judge) -> str:
    """A name that differs wherever judges do."""
    return source_name(judge.reward) + ("-crashable" if judge.crashable else "")


def hook_of(domain: CompiledDomain, judge: Judge) -> Any:
    """The hook that a judge is: called after every action, compiled into the interpreter."""
    name = name_of(judge)
    hook = inline(with_names(domain.judge, name, reward=inline(judge.reward)))
    if not judge.trusted:
        hook = inline(with_names(guarded, name, judge=hook, confined=inline(domain.confined)))
    return inline(with_names(crashing, name, judge=hook)) if judge.crashable else hook


@once
def scorer(domain: CompiledDomain, judge: Judge) -> Any:
    """The kernel `score` for a judge; from the cache where the file of its reward has not changed."""
    name, hook = name_of(judge), hook_of(domain, judge)
    names = {"assemble": assembler(domain.vocabulary), "enter": inline(domain.enter)}
    names["interpret"] = specialise(domain, hook, name)
    return kernel(with_names(score, f"{domain.name}-{name}", **names))
