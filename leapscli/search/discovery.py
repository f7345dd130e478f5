"""The searchers by name, and how each is built from a recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.errors import RecipeError
from leapscli.recipes.search import SearchRecipe
from leapscli.search.breeding import Evolution
from leapscli.search.climbing import Climbing, scheduled
from leapscli.search.protocol import AnySearcher, LatentSpace
from leapscli.search.searchers.cebs import CEBS
from leapscli.search.searchers.cem import CEM
from leapscli.search.searchers.cmaes import CMAES
from leapscli.search.searchers.random import RandomSearch
from leapscli.search.searchers.restarting import Restarting
from leapscli.search.spaces import ProgramSpace, Space, VectorSpace


@dataclass(frozen=True)
class Latent:
    """A searcher of a model's latent space."""

    build: Callable[[SearchRecipe, LatentSpace], AnySearcher]


@dataclass(frozen=True)
class Programmatic:
    """A searcher of program space, which needs no model."""

    build: Callable[[SearchRecipe], AnySearcher]


def _cem(r: SearchRecipe, space: LatentSpace) -> AnySearcher:
    return CEM(space.latent, population=r.population, sigma=r.sigma, elite=r.elite, decay=r.decay, init=r.init)


def _cebs(r: SearchRecipe, space: LatentSpace) -> AnySearcher:
    return CEBS(space, population=r.population, sigma=r.sigma, elite=r.elite, init=r.init, snap=r.snap)


def _cmaes(r: SearchRecipe, space: LatentSpace) -> AnySearcher:
    return CMAES(space.latent, population=r.population, sigma=r.sigma, init=r.init)


def _random(r: SearchRecipe, space: LatentSpace) -> AnySearcher:
    return RandomSearch(space.latent, population=r.population)


def _climbing(r: SearchRecipe, space: Space) -> AnySearcher:
    return Climbing(space, climbers=r.climbers, population=r.population, neighbours=lambda candidates: r.neighbours)


def _scheduled(r: SearchRecipe) -> AnySearcher:
    k = scheduled(r.first_neighbours, r.neighbours, r.horizon)
    space = ProgramSpace(max_tokens=MAX_TOKENS)
    return Climbing(space, climbers=r.climbers, population=r.population, neighbours=k)


def _evolution(r: SearchRecipe, spaces: Sequence[Space], latent: LatentSpace | None = None) -> AnySearcher:
    return Evolution(spaces, population=r.population, pool=r.pool, copies=r.copies, latent=latent)


def _memetic(r: SearchRecipe, space: LatentSpace, mutations: int) -> AnySearcher:
    return _evolution(r, [VectorSpace(space, sigma=r.sigma), *[ProgramSpace(max_tokens=MAX_TOKENS)] * mutations], space)


SEARCHERS: Mapping[str, Latent | Programmatic] = {
    "cem": Latent(_cem),
    "cebs": Latent(_cebs),
    "cmaes": Latent(_cmaes),
    "random": Latent(_random),
    "latent-hill-climbing": Latent(lambda r, space: _climbing(r, VectorSpace(space, sigma=r.sigma))),
    "latent-evolution": Latent(lambda r, space: _memetic(r, space, 0)),
    "memetic": Latent(lambda r, space: _memetic(r, space, r.mutations)),
    "hill-climbing": Programmatic(lambda r: _climbing(r, ProgramSpace(max_tokens=MAX_TOKENS))),
    "scheduled-hill-climbing": Programmatic(_scheduled),
    "evolution": Programmatic(lambda r: _evolution(r, [ProgramSpace(max_tokens=MAX_TOKENS)])),
}


def find(name: str) -> Latent | Programmatic:
    """The searcher called so; RecipeError where there is none."""
    if name not in SEARCHERS:
        close = get_close_matches(name, SEARCHERS, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(SEARCHERS)}"
        raise RecipeError(f"searcher: there is no {name!r}", hint)
    return SEARCHERS[name]


def build(recipe: SearchRecipe, space: LatentSpace | None) -> AnySearcher:
    """The searcher that the recipe describes, with restarts where it asks for them; program space needs no `space`."""
    entry = find(recipe.searcher)
    if isinstance(entry, Programmatic):
        searcher = entry.build(recipe)
    elif space is not None:
        searcher = entry.build(recipe, space)
    else:
        raise TypeError(f"{recipe.searcher} searches the space of a model")
    return searcher if recipe.patience is None else Restarting(searcher, patience=recipe.patience)
