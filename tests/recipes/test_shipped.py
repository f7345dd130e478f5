"""Every recipe in the tree loads, says what it is for, and is counted, so that none is forgotten."""

from __future__ import annotations

import pickle
import subprocess
from functools import partial

import pytest

from leapscli.locations import shipped
from leapscli.recipes.kinds import COMMANDS, DEFAULTS, FOLDERS, TYPES
from leapscli.recipes.loading import load_recipe, recipe_files
from leapscli.search.recipe import load_search_recipe
from tests import ROOT

RECIPES = [(kind, path) for kind in FOLDERS for path in recipe_files(kind).values()]


def test_there_are_so_many_recipes_and_no_other_yaml_in_their_folders():
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.yaml"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    listed = {ROOT / line for line in tracked.stdout.split() if line.count("/") == 1}
    assert len(RECIPES) == 32
    assert not listed or listed == {path for _, path in RECIPES}


@pytest.mark.parametrize(("kind", "path"), RECIPES, ids=lambda value: getattr(value, "stem", value))
def test_a_recipe_loads_and_its_resolved_values_give_it_back(kind, path):
    load = load_search_recipe if kind == "search" else partial(load_recipe, kind)
    recipe = load(path)
    assert recipe == load(path.stem)
    assert type(recipe).model_validate(recipe.resolved()) == recipe == pickle.loads(pickle.dumps(recipe))


@pytest.mark.parametrize(("kind", "path"), RECIPES, ids=lambda value: getattr(value, "stem", value))
def test_a_recipe_begins_with_purpose_cost_command_and_needs(kind, path):
    header = path.read_text().split("\n\n")[0]
    comment = "".join(line for line in header.splitlines() if line.startswith("#"))
    command = f"leaps {COMMANDS[kind].split()[0]}"
    assert comment.startswith("# ") and f"#   {command}" in comment and "Needs " in comment
    assert any(word in comment for word in ("second", "minute", "Minutes", "hour", "Hours"))
    assert path.stem == DEFAULTS[kind] or f"--recipe {path.stem}" in comment


@pytest.mark.parametrize("kind", FOLDERS)
def test_the_default_recipe_ships(kind):
    assert (shipped() / FOLDERS[kind] / f"{DEFAULTS[kind]}.yaml").is_file()


def test_a_wheel_carries_its_recipes_inside(tmp_path, monkeypatch):
    package = tmp_path / "leapscli"
    (package / "shipped" / "datasets").mkdir(parents=True)
    monkeypatch.setattr("leapscli.locations.PACKAGE", package)
    assert shipped() == package / "shipped"


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("stairclimber", (32, 0.25, 0.05, True, "tiny_normal")),
        ("fourcorners", (64, 0.5, 0.2, False, "tiny_normal")),
        ("topoff", (64, 0.25, 0.05, False, "tiny_normal")),
        ("maze", (16, 0.1, 0.1, False, "ones")),
        ("cleanhouse", (32, 0.25, 0.05, True, "ones")),
        ("harvester", (32, 0.5, 0.1, True, "normal")),
        ("doorkey", (32, 0.25, 0.1, False, "normal")),
        ("onestroke", (64, 0.5, 0.05, False, "normal")),
        ("seeder", (32, 0.25, 0.1, False, "normal")),
        ("snake", (32, 0.25, 0.2, False, "normal")),
        ("wallavoider", (32, 0.25, 0.1, True, "normal")),
    ],
)
def test_the_published_settings_for_each_task(task, expected):
    recipe = load_search_recipe("paper", task=task)
    assert (recipe.population, recipe.sigma, recipe.elite, recipe.decay, recipe.init) == expected
    assert recipe.states == 10 and recipe.budget.calls == 220 and recipe.budget.primitives is None


def test_the_papers_dataset_and_model_are_the_defaults_of_the_code():
    assert load_recipe("dataset", "paper") == TYPES["dataset"]()
    assert load_recipe("model", "leaps") == TYPES["model"]()
