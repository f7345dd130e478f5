"""Imports for a searcher's file: `from leapscli.search.kit import Recipe, Searcher, Scored`."""

from pydantic import Field

from leapscli.dsl.batch import TokenBatch
from leapscli.recipes.base import Recipe
from leapscli.search.protocol import Latents, LatentSpace, Points, Scored, Searcher
from leapscli.search.spaces import ProgramSpace, VectorSpace
from leapscli.seeding import stream

__all__ = [
    "Field",
    "LatentSpace",
    "Latents",
    "Points",
    "ProgramSpace",
    "Recipe",
    "Scored",
    "Searcher",
    "TokenBatch",
    "VectorSpace",
    "stream",
]
