"""Scheduled hill climbing (LLM-GS: Liu et al., ICLR 2025, section 4.3): patience grows with the candidates so far.

DEVIATION: a climber goes by the k of the moment, not by that of its climb's start.
"""

from __future__ import annotations

import math

from pydantic import Field

from leapscli.dsl.batch import TokenBatch
from leapscli.search.climbing import Climbing, ClimbingSettings
from leapscli.search.spaces import ProgramSpace


class Settings(ClimbingSettings):
    """The settings of hill climbing; `neighbours` is k at the horizon."""

    first_neighbours: int = Field(default=32, gt=0, description="k at first; `neighbours` is k at the horizon")
    horizon: int = Field(default=1_000_000, gt=1, description="candidates after which k no longer grows")


class ScheduledHillClimbing(Climbing[TokenBatch]):
    """Climbers among programs that restart early at first, and later less and less."""

    def __init__(self, settings: Settings, space: ProgramSpace) -> None:
        super().__init__(settings, space)
        self.first_neighbours, self.horizon = settings.first_neighbours, settings.horizon

    def patience(self, candidates: int) -> int:
        """k after so many candidates: from the first to the last at the horizon, a sine of log(candidates)."""
        share = min(1.0, math.log(max(1, candidates)) / math.log(self.horizon))
        share = (math.sin((2 * share - 1) * math.pi / 2) + 1) / 2
        return math.ceil(self.first_neighbours * math.pow(self.neighbours / self.first_neighbours, share) - 1e-9)
