"""The decoder: a vector → a program, token by token, under the grammar's mask (LEAPS, section 4.2 and appendix).

GRU(256) from h0 = z on [embedding, z]; head on [h, embedding, z]: Linear → tanh → Linear → 51 logits. What tokens and z
contribute to the gates and to the head is a table of 51 rows and one row a program; only the states' part is left to do
in every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from leapscli.dsl.vocabulary import VOCABULARY_SIZE
from leapscli.vae.gru import GRU, spread
from leapscli.vae.masks import MASKS
from leapscli.vae.packing import PackedPrograms

V = VOCABULARY_SIZE


@dataclass(frozen=True, eq=False)
class Parts:
    """What does not depend on the states: gates of tokens [V, 3K] and z [B, 3K], head inputs of tokens [V, K] and z [B, K]."""

    token_gates: Tensor
    latent_gates: Tensor
    token_head: Tensor
    latent_head: Tensor


class Decoder(nn.Module):
    """Axes: B programs, S packed steps, C choices, V tokens, K units, Z latent."""

    forbidden: Tensor

    def __init__(self, hidden: int, latent: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, V)
        self.gru = GRU(V + latent, hidden)
        # DEVIATION: where the sizes differ, which the paper never tries, h0 is a linear map of z.
        self.start = nn.Identity() if latent == hidden else nn.Linear(latent, hidden)
        self.head = nn.Linear(hidden + V + latent, hidden)
        self.out = nn.Linear(hidden, V)
        self.register_buffer("forbidden", torch.from_numpy(~MASKS.allowed), persistent=False)

    def parts(self, z: Tensor) -> Parts:
        """Everything that tokens and z [B, Z] contribute."""
        hidden, token = self.head.out_features, self.embedding.weight
        gates, head = self.gru.weight_ih, self.head.weight
        return Parts(
            F.linear(token, gates[:, :V], self.gru.bias_ih),
            F.linear(z, gates[:, V:]),
            F.linear(token, head[:, hidden : hidden + V], self.head.bias),
            F.linear(z, head[:, hidden + V :]),
        )

    def forward(self, z: Tensor, programs: PackedPrograms) -> Tensor:
        """Vectors [B, Z], teacher-forced → masked logits float32[C, V] where the grammar leaves a choice."""
        parts, sizes, at = self.parts(z), programs.input_sizes, programs.at
        gates = F.embedding(programs.inputs, parts.token_gates) + spread(parts.latent_gates, sizes)  # [S, 3K]
        states, _ = self.gru(gates, self.start(z).to(z.dtype), sizes)  # [S, K]
        hidden = F.linear(states[at], self.head.weight[:, : states.shape[1]])  # [C, K]
        hidden = hidden + F.embedding(programs.inputs[at], parts.token_head) + spread(parts.latent_head, sizes)[at]
        logits: Tensor = self.out(torch.tanh(hidden)).float()
        return logits.masked_fill(self.forbidden[programs.keys], float("-inf"))
