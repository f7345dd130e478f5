"""Which recipe a search gets: the one asked for, else the searcher's own, else the default."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leapscli.errors import RecipeError
from leapscli.recipes.kinds import DEFAULTS
from leapscli.recipes.loading import load_recipe, recipe_files
from leapscli.recipes.search import SearchRecipe
from leapscli.search.discovery import SEARCHERS, find


def choose_recipe(
    root: Path, task: str, name: str | None, searcher: str | None, overrides: Sequence[str]
) -> SearchRecipe:
    """The recipe `name` of the workspace `root`, with the settings it has for `task`; `searcher` goes before its own.

    Raises RecipeError, also for a searcher that there is not.
    """
    if searcher is not None:
        if searcher not in SEARCHERS and searcher in recipe_files("search", root):
            raise RecipeError(f"searcher: {searcher} is a recipe, not a searcher", f"--recipe {searcher}")
        find(searcher)
        overrides = [*overrides, f"searcher={searcher}"]
    own = searcher if searcher in recipe_files("search", root) else None
    recipe = load_recipe("search", name or own or DEFAULTS["search"], overrides, root, task=task)
    find(recipe.searcher)
    return recipe
