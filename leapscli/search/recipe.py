"""The recipe of a search: what all searches share (recipes/search.py), with the settings of its searcher beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import create_model

from leapscli.errors import RecipeError
from leapscli.recipes.base import Recipe
from leapscli.recipes.loading import read_recipe, validated
from leapscli.recipes.search import SearchRecipe
from leapscli.recipes.source import Layer, merge, read_overrides
from leapscli.search.discovery import OURS, find, label


class _Composed(SearchRecipe):
    """Recipes of types that are made here can be pickled: as their values."""

    def __reduce__(self) -> tuple[Any, ...]:
        return search_recipe, (self.resolved(),)


def recipe_type(searcher: str) -> type[SearchRecipe]:
    """SearchRecipe with the settings of `searcher`. Raises RecipeError or SearcherError where it cannot be found."""
    return _composed(find(searcher).settings)


@cache
def _composed(settings: type[Recipe]) -> type[SearchRecipe]:
    bases = cast("tuple[type[SearchRecipe], ...]", (settings, _Composed))
    return create_model("SearchRecipe", __base__=bases)


def search_recipe(values: Mapping[str, Any]) -> SearchRecipe:
    """The recipe with these values, of its own searcher or the default one."""
    return recipe_type(values.get("searcher", SearchRecipe().searcher)).model_validate(values)


def load_search_recipe(
    name_or_path: str | Path,
    overrides: Sequence[str] = (),
    root: Path | None = None,
    *,
    task: str | None = None,
    shared: bool = False,
) -> SearchRecipe:
    """The search recipe called so, with `key=value` overrides laid over it.

    It may hold a table `tasks:` of settings for single tasks; those of `task` apply. Where the overrides choose another
    searcher, the recipe's settings of its own one are left out as far as the other has none of that name; with
    `shared`, all of them. Raises RecipeError listing every mistake as `file:line: key: message`.
    """
    layer = read_recipe("search", name_or_path, root)
    if shared:
        kept = {*SearchRecipe.model_fields, "tasks"}
        layer.values = {key: value for key, value in layer.values.items() if key in kept}
    sections, over = _task_sections(layer), read_overrides(overrides)
    chosen = _fitted(merge(layer, *([sections[task]] if task in sections else [])), over)
    every = [_fitted(merge(layer, section), Layer("")) for section in sections.values()]  # whichever task is asked for
    return validated([(_type(each), each) for each in (chosen, *every)])


def _type(layer: Layer) -> type[SearchRecipe]:
    """The type for the searcher of `layer`. Raises RecipeError with its place for one that does not exist."""
    searcher = layer.values.get("searcher", SearchRecipe().searcher)
    if not isinstance(searcher, str) or not searcher:
        return SearchRecipe  # which refuses it
    try:
        return recipe_type(searcher)
    except RecipeError as error:
        place = layer.place(("searcher",)).removesuffix(" searcher")
        raise RecipeError(f"{place}: {error.message}".replace("--set: ", "--set "), error.hint) from None


def _fitted(recipe: Layer, overrides: Layer) -> Layer:
    """`overrides` over `recipe`, without the settings of a searcher that was replaced; mistakes are noted."""
    own = recipe.values.get("searcher", SearchRecipe().searcher)
    if isinstance(own, str) and own.endswith(".py"):  # code is named by the user, not by a file that travels
        place = recipe.place(("searcher",))
        recipe.problems.append(f"{place}: searcher: a recipe names no file; --searcher {own} does")
        recipe.values["searcher"] = own = SearchRecipe().searcher
    merged = merge(recipe, overrides)
    chosen = merged.values.get("searcher", SearchRecipe().searcher)
    known = _type(merged).model_fields
    for key in [key for key in merged.values if key not in known]:
        owners = [name for name in OURS if key in find(name).settings.model_fields]
        if not owners and not (chosen != own and isinstance(own, str) and key in _type(recipe).model_fields):
            continue  # nobody's
        if chosen == own or key in overrides.values:
            place = merged.place((key,))
            name = "" if place.startswith("--set") else f"{key}: "
            elsewhere = f", but of {', '.join(owners)}" if owners else ""
            merged.problems.append(f"{place}: {name}not a setting of {label(str(chosen))}{elsewhere}")
        del merged.values[key]
    return merged


def _task_sections(layer: Layer) -> dict[str, Layer]:
    """Takes the table `tasks:` out of a search recipe: one layer for each task in it."""
    table = layer.values.pop("tasks", None) or {}
    sections: dict[str, Layer] = {}
    for name, values in table.items() if isinstance(table, dict) else [("", table)]:
        place = layer.place(("tasks", name))
        if not name or not isinstance(values, dict):
            layer.problems.append(f"{place}: tasks: expected a table of settings for each task")
            continue
        below = {key[2:]: where for key, where in layer.places.items() if key[:2] == ("tasks", name) and key[2:]}
        places = {key: f"{where}: tasks.{name}" for key, where in below.items()}
        sections[name] = Layer(place, values, places)
    return sections
