"""The recipe of a search: the one asked for, else the searcher's own, else the default."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from leapscli.artifacts.store import Workspace
from leapscli.dsl.published import PUBLISHED
from leapscli.errors import RecipeError
from leapscli.recipes.kinds import DEFAULTS, OF_MODELS
from leapscli.recipes.loading import recipe_files
from leapscli.recipes.search import SearchRecipe
from leapscli.search.discovery import find, names
from leapscli.search.library import CRASHABLE, SHIPPED
from leapscli.search.recipe import load_search_recipe
from leapscli.tasks.registry import is_elsewhere
from leapscli.tasks.registry import task as find_task


def default_recipe(workspace: Workspace, model: str | None = None, task: str = "") -> str:
    """The recipe of a search that names none: where a model is named, or the workspace has one of its own, it searches
    that model's space; else programs, as in worlds whose language no model knows.
    """
    if model is None and is_elsewhere(task) and find_task(task).domain.vocabulary != PUBLISHED:
        return DEFAULTS["search"]
    return OF_MODELS if model is not None or workspace.list("model") else DEFAULTS["search"]


def choose_recipe(
    workspace: Workspace,
    task: str,
    name: str | None,
    searcher: str | None,
    overrides: Sequence[str],
    model: str | None = None,
) -> SearchRecipe:
    """The recipe `name` of the workspace, with the settings it has for `task`; `searcher` replaces its own.

    A searcher without a recipe of its own takes from the default one what all searches share. Raises RecipeError, also
    for a searcher that does not exist, and SearcherError for a mistake in its file.
    """
    known = recipe_files("search", workspace.root)
    if searcher is not None:
        if searcher not in names() and searcher in known:
            raise RecipeError(f"searcher: {searcher} is a recipe, not a searcher", f"--recipe {searcher}")
        find(searcher)
        place = str(Path(searcher).absolute()) if searcher.endswith(".py") else searcher
        overrides = [*overrides, f"searcher={json.dumps(place)}"]
    own = searcher if searcher in known else None
    shared = searcher is not None and not (name or own)
    chosen = name or own or (OF_MODELS if shared else default_recipe(workspace, model, task))
    recipe = load_search_recipe(chosen, overrides, workspace.root, task=task, shared=shared)
    return under_rules(recipe, recipe.crashable)


def under_rules(recipe: SearchRecipe, crashable: bool) -> SearchRecipe:
    """The recipe where episodes are crashable or not; of the libraries that ship, it has that of programs found so."""
    library = getattr(recipe, "library", None)
    fitting = {"library": CRASHABLE} if crashable and library == SHIPPED else {}
    return recipe.model_copy(update={"crashable": crashable, **fitting})
