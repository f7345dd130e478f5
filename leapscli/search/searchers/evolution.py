"""Evolution in program space: children are mutants, as in hill climbing (Carvalho, Tjhia & Lelis, ICLR 2024).

A random node of the parent's tree is replaced by a fresh one.
"""

from __future__ import annotations

from leapscli.search.breeding import Breeding, BreedingSettings
from leapscli.search.spaces import ProgramSpace


class Settings(BreedingSettings):
    """The settings of evolution."""


class Evolution(Breeding):
    """Mutants of a pool of programs."""

    def __init__(self, settings: Settings, space: ProgramSpace) -> None:
        super().__init__(settings, [space])
