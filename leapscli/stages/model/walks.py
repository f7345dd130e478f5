"""Walks in a model's latent space: along the line between two programs, and around one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.seeding import stream
from leapscli.stages.model.evaluate import WEIGHTS, fresh_worlds

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
        """Whether start and end come back from their own encodings."""
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


def interpolate(model: Artifact, start: Program, end: Program, steps: int, seed: int) -> Line:
    """What `steps` evenly spaced points between two encodings decode to; equal programs in a row are one stop.

    Behaviour is compared on random worlds drawn under `seed`.
    """
    from leapscli.vae.evaluation.behaviour_comparison import Probe
    from leapscli.vae.evaluation.smoothness import between
    from leapscli.vae.model import LatentModel

    if steps < 2:
        raise InputError(f"--steps {steps}: a line has two ends at least")
    space, probe = LatentModel.load(model.file(WEIGHTS)), Probe(fresh_worlds(WORLDS, seed))
    ends = TokenBatch.of([start, end])
    z = space.encode(ends)
    tokens = space.decode_tokens(between(z[:1], z[1:], steps)[0])
    t = np.linspace(0, 1, steps)
    changes = np.flatnonzero(np.diff(tokens.hashes())) + 1
    firsts, lasts = np.r_[0, changes], np.r_[changes, steps] - 1
    kept = tokens[firsts]
    as_start, as_end = (probe.similarity(kept, ends[[i] * len(kept)]).mean(1) for i in range(2))
    rows = zip(t[firsts], t[lasts], kept.programs(), as_start, as_end, strict=True)
    stops = tuple(Stop(float(a), float(b), program, float(x), float(y)) for a, b, program, x, y in rows)
    return Line(model, start, end, stops, float(probe.similarity(ends[:1], ends[1:]).mean()))


def neighbours(
    model: Artifact, program: Program, *, sigma: float, samples: int, count: int, seed: int
) -> Neighbourhood:
    """What `samples` vectors z + σ·ε around the encoding z of `program` decode to, the `count` commonest of them."""
    from leapscli.vae.evaluation.behaviour_comparison import Probe
    from leapscli.vae.evaluation.smoothness import ranked
    from leapscli.vae.model import LatentModel

    space, probe = LatentModel.load(model.file(WEIGHTS)), Probe(fresh_worlds(WORLDS, seed))
    own = TokenBatch.of([program])
    z = space.encode(own)
    noise = stream(seed, "neighbours").standard_normal((samples, space.latent), np.float32)
    found, shares = ranked(space.decode_tokens(z + sigma * noise))
    alike = probe.similarity(found, own[[0] * len(found)]).mean(1)
    rows = zip(found[:count].programs(), shares, alike, strict=False)
    nearest = tuple(Neighbour(each, float(share), float(similarity)) for each, share, similarity in rows)
    decoded = space.decode(z)[0]
    return Neighbourhood(model, program, decoded, sigma, samples, len(found), float(shares @ alike), nearest)
