"""Programs on worlds larger than those at which they were found."""

from __future__ import annotations

from dataclasses import dataclass

from leapscli.results.scoreboard import Spread


@dataclass(frozen=True)
class Larger:
    """The programs that one method found for one task, on worlds of SIDE × SIDE."""

    spread: Spread
    solved: int  # of the programs, at the size at which they were found
    general: int  # of those, here
