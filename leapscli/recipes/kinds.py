"""The kinds of recipes: where each lies, what it holds, which command takes it; and telling one from another."""

from __future__ import annotations

from typing import Literal

from leapscli.errors import RecipeError
from leapscli.recipes.base import Recipe
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.recipes.model import ModelRecipe
from leapscli.recipes.policy import PolicyRecipe
from leapscli.recipes.search import SearchRecipe
from leapscli.recipes.source import Layer

Kind = Literal["dataset", "model", "search", "policy"]
FOLDERS: dict[Kind, str] = {"dataset": "datasets", "model": "models", "search": "runs", "policy": "policies"}
TYPES: dict[Kind, type[Recipe]] = {
    "dataset": DatasetRecipe,
    "model": ModelRecipe,
    "search": SearchRecipe,
    "policy": PolicyRecipe,
}
DEFAULTS: dict[Kind, str] = {"dataset": "paper", "model": "short", "search": "library-evolution", "policy": "ppo-last"}
OF_MODELS = "memetic"  # the search recipe that is taken instead where there is a model of one's own
COMMANDS: dict[Kind, str] = {
    "dataset": "gen-data",
    "model": "train",
    "search": "synthesize TASK",
    "policy": "baseline TASK",
}


def check_kind(kind: Kind, layer: Layer, name: str) -> None:
    """Raises RecipeError where another kind knows more of the file's keys; `name` is what was asked for."""
    known = {other: sum(key in settings(other) for key in layer.values) for other in TYPES}
    likeliest = max(known, key=lambda other: (known[other], other == kind))
    if likeliest != kind:
        raise wrong_kind(layer.label, kind, likeliest, name)


def settings(kind: Kind) -> set[str]:
    """The keys at the top of a recipe of the kind; in search recipes also the table for single tasks."""
    return {*TYPES[kind].model_fields, *(["tasks"] if kind == "search" else [])}


def wrong_kind(what: str, asked: Kind, found: Kind, name: str) -> RecipeError:
    """The error for a recipe of one kind where another was asked for."""
    return RecipeError(
        f"{what}: this is a {found} recipe, not a {asked} recipe",
        f"it is for `leaps {COMMANDS[found]} --recipe {name}`",
    )
