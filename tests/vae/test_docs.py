"""docs/training.md names every key with the values that the recipes have, and every metric."""

from __future__ import annotations

import re
from typing import Any

import torch

from leapscli.recipes.loading import load_recipe
from leapscli.recipes.model import ModelRecipe
from leapscli.vae.device import Precision
from leapscli.vae.evaluation.validation import validate
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.training.data import Programs
from leapscli.vae.training.running_means import SCALARS
from tests import ROOT
from tests.vae.corpus import corpus, recipe

CPU = torch.device("cpu")
PAGE = (ROOT / "docs" / "training.md").read_text()


def flat(recipe: ModelRecipe) -> dict[str, Any]:
    values = recipe.resolved()
    inner = {f"{key}.{name}": v for key, part in values.items() if isinstance(part, dict) for name, v in part.items()}
    return {key: v for key, v in values.items() if not isinstance(v, dict)} | inner


def test_the_table_of_keys_is_that_of_the_recipes() -> None:
    recipes = [flat(load_recipe("model", name)) for name in ("leaps", "short")]
    rows = {m[1]: [m[2], m[3]] for m in re.finditer(r"^\| `([a-z_.]+)` \| (\S+) \| (\S+) \|", PAGE, re.MULTILINE)}
    expected = {key: ["none" if recipe[key] is None else f"{recipe[key]}" for recipe in recipes] for key in recipes[0]}
    assert {key: [text.removesuffix(".0") for text in texts] for key, texts in expected.items()} == rows


def test_every_metric_is_explained() -> None:
    found = validate(Network(Shape(16, 16)), Programs(corpus(), "validation"), recipe(), Precision(CPU, None))
    for name in (*SCALARS, *found):
        assert f"`{name}`" in PAGE, name
