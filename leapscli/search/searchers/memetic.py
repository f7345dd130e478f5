"""Evolution in a latent space and among programs in turn (memetic algorithms: Moscato, 1989).

A mutant is kept where the encoder puts it, if it decodes to itself there.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from leapscli.search.breeding import Breeding, BreedingSettings
from leapscli.search.protocol import LatentSpace
from leapscli.search.spaces import ProgramSpace, VectorSpace


class Settings(BreedingSettings):
    """The settings of evolution, and how latent steps and mutations take turns."""

    sigma: float = Field(default=0.5, gt=0, description="standard deviation of a child around its parent")
    mutations: int = Field(
        default=1, ge=0, le=1_000_000, description="iterations of mutation after each one in the latent space"
    )


class Memetic(Breeding):
    """Neighbours of a pool of vectors, then mutants of their programs."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: LatentSpace) -> None:
        steps = VectorSpace(space, sigma=settings.sigma)
        super().__init__(settings, [steps, *[ProgramSpace()] * settings.mutations], space)
