"""`leaps.learn`: a library of the programs that solved their tasks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leapscli.api.call import place, spelled
from leapscli.api.results import Run
from leapscli.stages.learn import Learned
from leapscli.stages.learn import learn as stage


def learn(
    runs: Sequence[str | Run] = (), file: str | Path = "library.csv", *, workspace: str | Path | None = None
) -> Learned:
    """Writes the programs of these runs, or of all in the workspace, that solved their tasks: `leaps learn`.

    A search with `searcher="library-evolution", library="library.csv"` draws from them. Raises LeapsError where no run
    reaches 0.9 of its task's best return on fresh states.
    """
    named = [str(run.artifact.path) if isinstance(run, Run) else run for run in runs]
    return stage(place(workspace), named, Path(file), spelled("learn", named, file=str(file)))
