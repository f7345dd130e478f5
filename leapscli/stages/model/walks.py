"""Walks in a model's latent space: along the line between two programs, and around one."""

from __future__ import annotations

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import WEIGHTS
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.results.walks import WORLDS, Line, Neighbour, Neighbourhood, Stop
from leapscli.seeding import stream
from leapscli.stages.model.evaluate import fresh_worlds


def interpolate(model: Artifact, start: Program, end: Program, steps: int, seed: int) -> Line:
    """Decode `steps` evenly spaced points between two encodings; equal programs in a row are one stop.

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
    """Decode `samples` vectors z + σ·ε around the encoding z of `program`, and return the `count` commonest
    programs.
    """
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
