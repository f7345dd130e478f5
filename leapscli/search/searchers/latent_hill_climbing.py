"""Hill climbing in a model's latent space: neighbours lie around a vector."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from leapscli.search.climbing import Climbing, ClimbingSettings
from leapscli.search.protocol import Latents, LatentSpace
from leapscli.search.spaces import VectorSpace


class Settings(ClimbingSettings):
    """The settings of hill climbing, and how far neighbours lie apart."""

    sigma: float = Field(default=0.5, gt=0, description="standard deviation of a neighbour around its place")


class LatentHillClimbing(Climbing[Latents]):
    """Climbers among vectors."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: LatentSpace) -> None:
        super().__init__(settings, VectorSpace(space, sigma=settings.sigma))
