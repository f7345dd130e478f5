"""A tiny dataset in memory: random programs, and demonstrations made by running them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from leapscli.artifacts.columns import SPLITS, Layout, ProgramColumns
from leapscli.domains.karel.execution import rollouts
from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.published import PAD
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.engine.budget import Budget
from leapscli.recipes.model import ModelRecipe

DEMOS, ACTIONS = 3, 20


class Corpus:
    """The reader's interface over arrays."""

    def __init__(self, columns: ProgramColumns, layout: Layout) -> None:
        self.columns, self.layout = columns, layout

    def split(self, name: str) -> Any:
        return np.flatnonzero(self.columns.split == SPLITS.index(name))

    def column(self, name: str, index: Any = slice(None)) -> Any:
        return getattr(self.columns, name)[index]


@cache
def corpus(count: int = 200) -> Corpus:
    """`count` programs, every fifth of them for validation."""
    tokens = sample_programs(count, seed=1)
    worlds = random_worlds(count * DEMOS, seed=1)
    runs = rollouts(tokens, worlds, Budget.calls(220), max_actions=ACTIONS, pairing="each")
    ids = np.full((count, MAX_TOKENS), PAD, np.uint8)
    ids[:, : tokens.ids.shape[1]] = tokens.ids
    columns = ProgramColumns(
        ids,
        tokens.lengths.astype(np.uint8),
        (np.arange(count) % 5 == 0).astype(np.uint8),
        worlds.cells().reshape(count, DEMOS, 8, 8),
        worlds.agents.reshape(count, DEMOS, 3).astype(np.uint8),
        runs.actions,
        runs.lengths.astype(np.uint8),
    )
    return Corpus(columns, Layout(DEMOS, ACTIONS, 8, 8, MAX_TOKENS))


def recipe(**changes: Any) -> ModelRecipe:
    """A recipe that trains in a second."""
    small: dict[str, Any] = {
        "architecture": {"hidden": 16, "latent": 16},
        "optimizer": {"batch": 16, "lr": 3e-3, "warmup": 3, "schedule": "cosine"},
        "validation": {"every": 5, "programs": 32},
        "demos_per_program": 2,
        "steps": 10,
    }
    losses = {"behavior": 0.0, **changes.pop("losses", {})}
    return ModelRecipe.model_validate({**small, "losses": losses, **changes})
