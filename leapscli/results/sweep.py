"""What a sweep tells while it runs: outcomes of its searches, and how all of them stand."""

from __future__ import annotations

from dataclasses import dataclass

from leapscli.artifacts.artifact import Artifact
from leapscli.progress import Done
from leapscli.results.scoreboard import Scoreboard, Search


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its run, or an error and what to do about it, or neither when it was stopped."""

    job: Search
    run: Artifact | None = None
    error: str | None = None
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class SweepDone(Done):
    """Searches that are over, the scoreboard with all of them, and the `outcome` that has just come, if one has."""

    board: Scoreboard
    outcome: Outcome | None = None
