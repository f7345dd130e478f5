"""Progress events: a stage reports what it does, without knowing who listens.

Stages call a `Reporter`; the command line passes one that draws, libraries and tests pass none. What they tell are the
records below (a sweep's own is in stages/sweep.py), so that the type checker knows what a view can ask for. `StopFlag`
is how a first Ctrl-C asks a stage to save its work and stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

E_contra = TypeVar("E_contra", contravariant=True)


class Reporter(Protocol[E_contra]):
    """A listener to a stage's progress; `Reporter[Done]` accepts the events of every stage."""

    def start(self, label: str, total: int | None, unit: str) -> None:
        """A new phase begins: `total` units of work (None when unknown)."""

    def update(self, event: E_contra) -> None:
        """So far the phase has come."""

    def note(self, message: str) -> None:
        """Something worth a line of its own."""


@dataclass(frozen=True)
class Done:
    """`done` units of a phase are finished, of `total` by now (None: as many as it began with)."""

    done: int
    total: int | None = None

    def numbers(self) -> Mapping[str, float]:
        """Numbers worth showing beside, by name."""
        return {}


@dataclass(frozen=True, kw_only=True)
class TrainingDone(Done):
    """Programs trained on; the mean loss of the last steps and the last validation's reconstruction, once known."""

    loss: float | None = None
    reconstruction: float | None = None

    def numbers(self) -> Mapping[str, float]:
        """The numbers that are known."""
        known = {"loss": self.loss, "reconstruction": self.reconstruction}
        return {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class SearchDone(Done):
    """Iterations made.

    `best` return so far and the `program` that has it, `mean` of the iteration's candidates (NaN: none was run on all
    states), `distinct` programs among them, `evaluations`: programs executed so far, `seconds` of search so far, of
    resumed sessions too. `sigma` and `restarts` where the searcher has them.
    """

    best: float
    program: str
    mean: float
    distinct: int
    evaluations: int
    seconds: float
    sigma: float | None = None
    restarts: float | None = None


@dataclass(frozen=True, kw_only=True)
class Validation:
    """A validation during training: a line of metrics.jsonl; None for what it did not measure."""

    step: int
    programs: int
    programs_per_second: float
    kept: bool  # better than all before
    loss: float
    kl: float
    active_units: int
    token_accuracy: float
    reconstruction: float
    reconstruction_long: float | None
    traces_equal: float | None
    action_accuracy: float | None

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Validation:
        """The one that a line of metrics.jsonl tells."""
        found = line["validation"]
        always = ("loss", "kl", "active_units", "token_accuracy", "reconstruction")
        sometimes = ("reconstruction_long", "traces_equal", "action_accuracy")
        return cls(
            **{name: line[name] for name in ("step", "programs", "programs_per_second")},
            kept=bool(line.get("kept")),  # logs of older versions don't tell
            **{name: found[name] for name in always},
            **{name: found.get(name) for name in sometimes},
        )


class Silent:
    """The reporter that says nothing."""

    def start(self, label: str, total: int | None, unit: str) -> None:
        """Nothing."""

    def update(self, event: object) -> None:
        """Nothing."""

    def note(self, message: str) -> None:
        """Nothing."""


class StopFlag:
    """Set once the user asked to stop; stages poll it between units of work."""

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        """Ask whoever polls to save and stop."""
        self.requested = True
