"""Events of a sweep: outcomes of its searches, and the state of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from leapscli.artifacts.artifact import Artifact
from leapscli.progress import Done
from leapscli.results.scoreboard import Scoreboard, Search


@dataclass(frozen=True)
class Outcome:
    """The outcome of a job: its run, or an error and what to do about it, or neither when it was stopped."""

    job: Search
    run: Artifact | None = None
    error: str | None = None
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class SweepDone(Done):
    """Searches that are over, the scoreboard with all of them, and the `outcome` that has just come, if one has."""

    board: Scoreboard
    outcome: Outcome | None = None
