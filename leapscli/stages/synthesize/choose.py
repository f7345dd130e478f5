"""The recipe of a search: the one asked for, else the searcher's own, else the default."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from leapscli.errors import RecipeError
from leapscli.recipes.kinds import DEFAULTS
from leapscli.recipes.loading import recipe_files
from leapscli.recipes.search import SearchRecipe
from leapscli.search.discovery import find, names
from leapscli.search.recipe import load_search_recipe


def choose_recipe(
    root: Path, task: str, name: str | None, searcher: str | None, overrides: Sequence[str]
) -> SearchRecipe:
    """The recipe `name` of the workspace `root`, with the settings it has for `task`; `searcher` replaces its own.

    A searcher without a recipe of its own takes from the default one what all searches share. Raises RecipeError, also
    for a searcher that does not exist, and SearcherError for a mistake in its file.
    """
    known = recipe_files("search", root)
    if searcher is not None:
        if searcher not in names() and searcher in known:
            raise RecipeError(f"searcher: {searcher} is a recipe, not a searcher", f"--recipe {searcher}")
        find(searcher)
        place = str(Path(searcher).absolute()) if searcher.endswith(".py") else searcher
        overrides = [*overrides, f"searcher={json.dumps(place)}"]
    own = searcher if searcher in known else None
    shared = searcher is not None and not (name or own)
    return load_search_recipe(name or own or DEFAULTS["search"], overrides, root, task=task, shared=shared)
