"""LEAPS: programs as policies, found in a learned program space.

    import leapscli as leaps
    program = leaps.Program.parse("DEF run m( WHILE c( frontIsClear c) w( move w) m)")
    task = leaps.task("maze")
    task.returns([program], task.sample(32, seed=0))

Names are imported when they are first used, so `import leapscli` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from leapscli.version import __version__ as __version__

if TYPE_CHECKING:
    from leapscli.domains.karel.execution import execute
    from leapscli.domains.karel.world import World, Worlds
    from leapscli.dsl.grammar import allowed_next
    from leapscli.dsl.program import Program
    from leapscli.engine.budget import Budget
    from leapscli.errors import LeapsError, ProgramSyntaxError
    from leapscli.stages.model.load import load_model
    from leapscli.tasks.registry import task


_HOMES = {
    "Budget": "leapscli.engine.budget",
    "LeapsError": "leapscli.errors",
    "Program": "leapscli.dsl.program",
    "ProgramSyntaxError": "leapscli.errors",
    "World": "leapscli.domains.karel.world",
    "Worlds": "leapscli.domains.karel.world",
    "allowed_next": "leapscli.dsl.grammar",
    "execute": "leapscli.domains.karel.execution",
    "load_model": "leapscli.stages.model.load",
    "task": "leapscli.tasks.registry",
}

__all__ = [
    "Budget",
    "LeapsError",
    "Program",
    "ProgramSyntaxError",
    "World",
    "Worlds",
    "allowed_next",
    "execute",
    "load_model",
    "task",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'leapscli' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
