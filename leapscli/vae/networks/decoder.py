"""The decoder: a vector → a program, token by token, under the grammar's mask (LEAPS, section 4.2 and appendix).

GRU(256) from h0 = z on [embedding, z]; head on [h, embedding, z]: Linear → tanh → Linear → 51 logits. What tokens and z
contribute to the gates and to the head is a table of 51 rows and one row a program; only the states' part is left to do
in every step.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from leapscli.dsl.published import VOCABULARY_SIZE
from leapscli.vae.networks.gru import GRU, spread
from leapscli.vae.networks.masks import MASKS
from leapscli.vae.networks.packing import PackedPrograms

V = VOCABULARY_SIZE


class Decoder(nn.Module):
    """Axes: B programs, S packed steps, C choices, V tokens, K units, Z latent."""

    forbidden: Tensor
    choice: Tensor

    def __init__(self, hidden: int, latent: int, *, tanh: bool = False) -> None:
        super().__init__()
        self.bound = nn.Tanh() if tanh else nn.Identity()  # of z, wherever it is read
        self.embedding = nn.Embedding(V, V)
        self.gru = GRU(V + latent, hidden)
        # DEVIATION: where the sizes differ, which the paper never tries, h0 is a linear map of z.
        self.start = nn.Identity() if latent == hidden else nn.Linear(latent, hidden)
        self.head = nn.Linear(hidden + V + latent, hidden)
        self.out = nn.Linear(hidden, V)
        self.register_buffer("forbidden", torch.from_numpy(~MASKS.allowed), persistent=False)
        self.register_buffer("choice", torch.from_numpy(MASKS.choice), persistent=False)

    def token_parts(self) -> tuple[Tensor, Tensor]:
        """The contribution of each token, whatever the state: to the gates [V, 3K], to the head [V, K]."""
        hidden, token = self.head.out_features, self.embedding.weight
        gates = F.linear(token, self.gru.weight_ih[:, :V], self.gru.bias_ih)
        return gates, F.linear(token, self.head.weight[:, hidden : hidden + V], self.head.bias)

    def latent_parts(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """The contribution of z [B, Z], bounded, at every step: to the gates [B, 3K], to the head [B, K]."""
        gates = F.linear(z, self.gru.weight_ih[:, V:])
        return gates, F.linear(z, self.head.weight[:, self.head.out_features + V :])

    def forward(self, z: Tensor, programs: PackedPrograms) -> Tensor:
        """Vectors [B, Z], teacher-forced → masked logits float32[C, V] where the grammar leaves a choice."""
        z = self.bound(z)
        (token_gates, token_head), (latent_gates, latent_head) = self.token_parts(), self.latent_parts(z)
        sizes, at = programs.input_sizes, programs.at
        gates = F.embedding(programs.inputs, token_gates) + spread(latent_gates, sizes)  # [S, 3K]
        states, _ = self.gru(gates, self.start(z).to(z.dtype), sizes)  # [S, K]
        hidden = F.linear(states[at], self.head.weight[:, : states.shape[1]])  # [C, K]
        hidden = hidden + F.embedding(programs.inputs[at], token_head) + spread(latent_head, sizes)[at]
        logits: Tensor = self.out(torch.tanh(hidden)).to(z.dtype)
        return logits.masked_fill(self.forbidden[programs.keys], float("-inf"))
