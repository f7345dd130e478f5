"""Evolution in a latent space and among programs in turn (memetic algorithms: Moscato, 1989).

Programs are edited with parts of programs that solved other tasks, as in `library-evolution`. One is kept where the
encoder puts it, if it decodes to itself there.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from leapscli.search.breeding import Breeding, BreedingSettings
from leapscli.search.library import LibrarySettings
from leapscli.search.protocol import TaskLatents
from leapscli.search.spaces import EditSpace, VectorSpace


class Settings(BreedingSettings, LibrarySettings):
    """The settings of evolution, where new parts come from, and how latent steps and edits take turns."""

    sigma: float = Field(default=0.5, gt=0, description="standard deviation of a child around its parent")
    mutations: int = Field(
        default=1, ge=0, le=1_000_000, description="iterations of edits after each one in the latent space"
    )


class Memetic(Breeding):
    """Neighbours of a pool of vectors, then edited copies of their programs."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: TaskLatents) -> None:
        steps = VectorSpace(space, sigma=settings.sigma)
        edits = EditSpace(settings.parts(space), vocabulary=space.vocabulary)
        super().__init__(settings, [steps, *[edits] * settings.mutations], space)
