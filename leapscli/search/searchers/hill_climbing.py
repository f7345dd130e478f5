"""Hill climbing in program space (Carvalho, Tjhia & Lelis, ICLR 2024, section 4): neighbours are mutants."""

from __future__ import annotations

from leapscli.dsl.batch import TokenBatch
from leapscli.search.climbing import Climbing, ClimbingSettings
from leapscli.search.spaces import ProgramSpace


class Settings(ClimbingSettings):
    """The settings of hill climbing."""


class HillClimbing(Climbing[TokenBatch]):
    """Climbers among programs."""

    def __init__(self, settings: Settings, space: ProgramSpace) -> None:
        super().__init__(settings, space)
