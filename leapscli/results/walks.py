"""Walks in a latent space: the programs on the line between two, and those around one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leapscli.artifacts.artifact import Artifact
from leapscli.dsl.program import Program

WORLDS = 100


Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Stop:
    """A program on a line, which holds from `first` to `last` (0 is the start, 1 the end)."""

    first: float
    last: float
    program: Program
    as_start: float
    as_end: float

    def record(self) -> Record:
        """Plain values for JSON."""
        return {"from": self.first, "to": self.last, "program": str(self.program),
                "similarity_start": self.as_start, "similarity_end": self.as_end}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Line:
    """The programs between two, and how alike these behave themselves; similarities are shares of traces, 0 to 1."""

    model: Artifact
    start: Program
    end: Program
    stops: tuple[Stop, ...]
    similarity: float

    @property
    def reconstructed(self) -> tuple[bool, bool]:
        """True if start and end decode from their own encodings."""
        return self.stops[0].program == self.start, self.stops[-1].program == self.end

    def record(self) -> Record:
        """Plain values for JSON."""
        ends = zip((self.start, self.end), self.reconstructed, strict=True)
        start, end = ({"program": str(program), "reconstructed": back} for program, back in ends)
        stops = [stop.record() for stop in self.stops]
        return {"model": self.model.reference, "start": start, "end": end, "similarity": self.similarity,
                "worlds": WORLDS, "stops": stops}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A program near another: the share of the samples that decode to it, and how alike the two behave."""

    program: Program
    share: float
    similarity: float

    def record(self) -> Record:
        """Plain values for JSON."""
        return {"program": str(self.program), "share": self.share, "similarity": self.similarity}


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The commonest `neighbours` of `distinct` programs that `samples` vectors around an encoding decode to."""

    model: Artifact
    program: Program
    decoded: Program  # what the encoding itself decodes to
    sigma: float
    samples: int
    distinct: int
    similarity: float  # the mean over all samples
    neighbours: tuple[Neighbour, ...]

    def record(self) -> Record:
        """Plain values for JSON."""
        return {
            "model": self.model.reference,
            "program": str(self.program),
            "decoded": str(self.decoded),
            "sigma": self.sigma,
            "samples": self.samples,
            "distinct": self.distinct,
            "similarity": self.similarity,
            "worlds": WORLDS,
            "neighbours": [each.record() for each in self.neighbours],
        }
