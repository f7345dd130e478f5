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
    from leapscli.api.baseline import baseline
    from leapscli.api.evaluate import evaluate
    from leapscli.api.generate import generate
    from leapscli.api.learn import learn
    from leapscli.api.results import Dataset, Model, Policy, Results, Run, load_dataset, load_policy, load_run
    from leapscli.api.sweep import sweep
    from leapscli.api.synthesize import synthesize
    from leapscli.api.train import train
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
    "Dataset": "leapscli.api.results",
    "LeapsError": "leapscli.errors",
    "Model": "leapscli.api.results",
    "Policy": "leapscli.api.results",
    "Program": "leapscli.dsl.program",
    "ProgramSyntaxError": "leapscli.errors",
    "Results": "leapscli.api.results",
    "Run": "leapscli.api.results",
    "World": "leapscli.domains.karel.world",
    "Worlds": "leapscli.domains.karel.world",
    "allowed_next": "leapscli.dsl.grammar",
    "baseline": "leapscli.api.baseline",
    "evaluate": "leapscli.api.evaluate",
    "execute": "leapscli.domains.karel.execution",
    "generate": "leapscli.api.generate",
    "learn": "leapscli.api.learn",
    "load_dataset": "leapscli.api.results",
    "load_model": "leapscli.stages.model.load",
    "load_policy": "leapscli.api.results",
    "load_run": "leapscli.api.results",
    "sweep": "leapscli.api.sweep",
    "synthesize": "leapscli.api.synthesize",
    "task": "leapscli.tasks.registry",
    "train": "leapscli.api.train",
}

__all__ = [
    "Budget",
    "Dataset",
    "LeapsError",
    "Model",
    "Policy",
    "Program",
    "ProgramSyntaxError",
    "Results",
    "Run",
    "World",
    "Worlds",
    "allowed_next",
    "baseline",
    "evaluate",
    "execute",
    "generate",
    "learn",
    "load_dataset",
    "load_model",
    "load_policy",
    "load_run",
    "sweep",
    "synthesize",
    "task",
    "train",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'leapscli' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
