"""The encoder: a program's tokens → mean and log σ of its vector (LEAPS, section 4.2 and appendix)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from leapscli.dsl.published import VOCABULARY_SIZE
from leapscli.vae.device import Noise
from leapscli.vae.networks.gru import GRU, Sizes


class Encoder(nn.Module):
    """Embedding → GRU; its last state → mean and log σ. Axes: B programs, S packed tokens, Z latent."""

    def __init__(self, hidden: int, latent: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY_SIZE, VOCABULARY_SIZE)
        self.gru = GRU(VOCABULARY_SIZE, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.log_sigma = nn.Linear(hidden, latent)

    def forward(self, tokens: Tensor, sizes: Sizes) -> tuple[Tensor, Tensor]:
        """Packed tokens int64[S] → mean, log σ: float32[B, Z]."""
        table = F.linear(self.embedding.weight, self.gru.weight_ih, self.gru.bias_ih)  # [V, 3K]: 51 products, not S
        start = torch.zeros(sizes[0], self.gru.weight_hh.shape[1], dtype=self.mean.weight.dtype, device=tokens.device)
        _, last = self.gru(F.embedding(tokens, table), start, sizes)  # [B, K]
        return self.mean(last).to(start.dtype), self.log_sigma(last).to(start.dtype)


def sample(mean: Tensor, log_sigma: Tensor, noise: Noise) -> Tensor:
    """z = μ + σ·ε, the reparametrisation: [B, Z]."""
    return mean + log_sigma.exp() * noise.normal(mean.shape[1])
