"""Evolution in a model's latent space: a parent is a vector, and its children lie around it.

That is CEBS (Carvalho, Tjhia & Lelis, ICLR 2024) with a pool that lasts.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from leapscli.search.breeding import Breeding, BreedingSettings
from leapscli.search.protocol import LatentSpace
from leapscli.search.spaces import VectorSpace


class Settings(BreedingSettings):
    """The settings of evolution, and how far children lie from their parents."""

    sigma: float = Field(default=0.5, gt=0, description="standard deviation of a child around its parent")


class LatentEvolution(Breeding):
    """Neighbours of a pool of vectors."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: LatentSpace) -> None:
        super().__init__(settings, [VectorSpace(space, sigma=settings.sigma)], space)
