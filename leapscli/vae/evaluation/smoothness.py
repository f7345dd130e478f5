"""Smoothness of a latent space: what lies between two programs, and how far around a vector its program holds.

Axes: L lines, S points on each, P programs, Z latent.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.vae.evaluation.behaviour_comparison import Probe
from leapscli.vae.evaluation.quality import Record, population
from leapscli.vae.model import LatentModel, Vectors

POINTS = 9  # on a line, both ends among them
SIGMAS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


def between(first: Vectors, second: Vectors, points: int) -> Vectors:
    """Evenly spaced points on the straight lines from [L, Z] to [L, Z], both ends included: [L, S, Z]."""
    t = np.linspace(0, 1, points, dtype=np.float32)[:, None]
    return first[:, None] * (1 - t) + second[:, None] * t


def lines(model: LatentModel, first: Vectors, second: Vectors, probe: Probe) -> Record:
    """The programs on L straight lines: whether they are programs that end, and how gradually they change.

    `decoded` is of the programs strictly between the ends. Similarities are means over lines: `to_start` and `to_end`
    at each point, `neighbours` of points side by side, `largest_step` where those differ most on a line.
    """
    count, points = len(first), POINTS
    tokens = model.decode_tokens(between(first, second, points).reshape(count * points, -1))
    place = np.arange(count * points).reshape(count, points)

    def alike(some: NDArray[Any], others: NDArray[Any]) -> NDArray[np.float64]:
        one, other = np.broadcast_arrays(some, others)
        shares: NDArray[np.float64] = probe.similarity(tokens[one.ravel()], tokens[other.ravel()]).mean(1)
        return shares.reshape(one.shape)

    steps = alike(place[:, :-1], place[:, 1:])  # [L, S - 1]
    hashes = tokens.hashes()[place]
    return {
        "lines": count,
        "points": points,
        "decoded": population(tokens[place[:, 1:-1].ravel()], probe),
        "programs_per_line": float(np.mean([len(np.unique(row)) for row in hashes])),
        "to_start": alike(place, place[:, :1]).mean(0).tolist(),
        "to_end": alike(place, place[:, -1:]).mean(0).tolist(),
        "neighbours": float(steps.mean()),
        "largest_step": float(steps.min(1).mean()),
    }


def locality(model: LatentModel, centres: Vectors, probe: Probe, rng: np.random.Generator) -> list[Record]:
    """For each σ, what z + σ·ε decodes to, z being each of the centres [P, Z] and ε drawn from N(0, I).

    `same`: the share that is the program of z itself; `similarity`: how alike the two behave.
    """
    own, found = model.decode_tokens(centres), []
    for sigma in SIGMAS:
        moved = model.decode_tokens(centres + sigma * rng.standard_normal(centres.shape, np.float32))
        same = float((moved.hashes() == own.hashes()).mean())
        found.append({"sigma": sigma, "same": same, "similarity": float(probe.similarity(moved, own).mean())})
    return found


def ranked(tokens: TokenBatch) -> tuple[TokenBatch, NDArray[np.float64]]:
    """The distinct programs among P, the commonest first (of equals the first to come), and each one's share."""
    _, first, counts = np.unique(tokens.hashes(), return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    return tokens[first[order]], counts[order] / len(tokens)
