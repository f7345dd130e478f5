"""The searchers by name, and how each is built from a recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from leapscli.errors import RecipeError
from leapscli.recipes.search import SearchRecipe
from leapscli.search.cem import CEM
from leapscli.search.protocol import AnySearcher, LatentSpace
from leapscli.search.restart import Restarting

Build = Callable[[SearchRecipe, LatentSpace], AnySearcher]


def _cem(recipe: SearchRecipe, space: LatentSpace) -> AnySearcher:
    return CEM(
        space.latent,
        population=recipe.population,
        sigma=recipe.sigma,
        elite=recipe.elite,
        decay=recipe.decay,
        init=recipe.init,
    )


SEARCHERS: Mapping[str, Build] = {"cem": _cem}


def check(name: str) -> None:
    """RecipeError for a searcher that there is not."""
    if name not in SEARCHERS:
        close = get_close_matches(name, SEARCHERS, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(SEARCHERS)}"
        raise RecipeError(f"searcher: there is no {name!r}", hint)


def build(recipe: SearchRecipe, space: LatentSpace) -> AnySearcher:
    """The searcher that the recipe describes, with restarts where it asks for them."""
    check(recipe.searcher)
    searcher = SEARCHERS[recipe.searcher](recipe, space)
    return searcher if recipe.patience is None else Restarting(searcher, patience=recipe.patience)
