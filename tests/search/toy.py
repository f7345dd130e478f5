"""A latent space without a model: every random program sits at a random point, and a vector decodes to the nearest."""

from __future__ import annotations

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.sampler import sample_programs
from leapscli.search.protocol import Latents, Scored


class ToySpace:
    latent, vocabulary = 6, PUBLISHED

    def __init__(self, programs: int = 400) -> None:
        tokens = sample_programs(2 * programs, 0)
        _, first = np.unique(tokens.hashes(), return_index=True)
        self.tokens = tokens[np.sort(first)[:programs]]
        self.places = np.random.default_rng(1).standard_normal((len(self.tokens), self.latent)).astype(np.float32)
        self.row_of = {int(h): i for i, h in enumerate(self.tokens.hashes())}

    def rows(self, tokens: TokenBatch) -> np.ndarray:
        """Which programs of the space they are; -1 where they are others."""
        return np.array([self.row_of.get(int(h), -1) for h in tokens.hashes()])

    def decode(self, points: Latents) -> TokenBatch:
        distance = ((points.z[:, None] - self.places[None]) ** 2).sum(axis=2)
        return self.tokens[distance.argmin(axis=1)]

    def encode(self, tokens: TokenBatch) -> np.ndarray:
        return self.places[self.rows(tokens)]

    def nearness(self, goal: int, states: int = 4):
        """A score that pays 1 for program `goal` and less the farther another sits from it; 0 for other programs."""
        distance = np.linalg.norm(self.places - self.places[goal], axis=1)
        returns = 1 - distance / distance.max()

        def score(tokens):
            rows = self.rows(tokens)
            return np.repeat(np.where(rows < 0, 0, returns[rows])[:, None], states, axis=1)

        return score


def scored(returns, tokens: TokenBatch | None = None) -> Scored:
    """Candidates, each another program, with these returns, each of a kind of its own."""
    values = np.array(returns, float)
    count = len(values)
    hashes = np.arange(count, dtype=np.uint64) if tokens is None else tokens.hashes()
    kinds = np.arange(count, dtype=np.uint64)
    return Scored(tokens or TokenBatch.concat([]), hashes, values, np.arange(count), values, kinds, values >= 1)
