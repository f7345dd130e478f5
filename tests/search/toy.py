"""A latent space without a model: every random program sits at a random point, and a vector decodes to the nearest."""

from __future__ import annotations

import numpy as np

from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.tokens import TokenBatch
from leapscli.search.protocol import Latents


class ToySpace:
    latent = 6

    def __init__(self, programs: int = 400) -> None:
        tokens = sample_programs(2 * programs, 0)
        _, first = np.unique(tokens.hashes(), return_index=True)
        self.tokens = tokens[np.sort(first)[:programs]]
        self.places = np.random.default_rng(1).standard_normal((len(self.tokens), self.latent)).astype(np.float32)
        self.row_of = {int(h): i for i, h in enumerate(self.tokens.hashes())}

    def rows(self, tokens: TokenBatch) -> np.ndarray:
        return np.array([self.row_of[int(h)] for h in tokens.hashes()])

    def decode(self, points: Latents) -> TokenBatch:
        distance = ((points.z[:, None] - self.places[None]) ** 2).sum(axis=2)
        return self.tokens[distance.argmin(axis=1)]

    def encode(self, tokens: TokenBatch) -> np.ndarray:
        return self.places[self.rows(tokens)]

    def nearness(self, goal: int, states: int = 4):
        """A score that pays 1 for program `goal` and less the farther another sits from it."""
        distance = np.linalg.norm(self.places - self.places[goal], axis=1)
        returns = 1 - distance / distance.max()
        return lambda tokens: np.repeat(returns[self.rows(tokens)][:, None], states, axis=1)
