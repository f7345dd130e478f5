"""The neural executor π(a | z, s, a'): it acts as the program behind z would, without running it (LEAPS, section 4.2).

conv(16→32, 3) ReLU conv(32→32, 3) ReLU Linear(→256) ReLU on the world's 16 planes; GRU(256) with h0 = z on [z, state,
action before]; MLP 256-256-6: five actions, and stop.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from leapscli.domains.karel.cells import WALL
from leapscli.vae.networks.gru import GRU, spread
from leapscli.vae.networks.packing import STOP, PackedDemos

CHOICES = STOP + 1
PLANES = 16  # the direction Karel faces (4), wall, and 0..10 markers
WALL_PLANE = 4
CHANNELS = 32
MARGIN = 4  # what two 3×3 convolutions take off height and width


class Executor(nn.Module):
    """Axes: R demonstrations, U packed moments, H W grid, K units, Z latent."""

    def __init__(self, hidden: int, latent: int, height: int, width: int) -> None:
        super().__init__()
        self.state = nn.Sequential(
            nn.Conv2d(PLANES, CHANNELS, 3),
            nn.ReLU(),
            nn.Conv2d(CHANNELS, CHANNELS, 3),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(CHANNELS * (height - MARGIN) * (width - MARGIN), hidden),
            nn.ReLU(),
        )
        self.action = nn.Embedding(CHOICES, CHOICES)
        self.gru = GRU(latent + hidden + CHOICES, hidden)
        self.start = nn.Identity() if latent == hidden else nn.Linear(latent, hidden)
        self.policy = nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, CHOICES))

    def forward(self, z: Tensor, demos: PackedDemos) -> Tensor:
        """Vectors [B, Z] and demonstrations of them → logits float32[U, 6] of what is done at each moment."""
        latent, weight = z.shape[1], self.gru.weight_ih
        state = self.state(planes(demos.cells, demos.agents))  # [U, K]
        own = F.linear(z, weight[:, :latent], self.gru.bias_ih)[demos.rows]  # [R, 3K]
        gates = F.linear(state, weight[:, latent:-CHOICES]) + spread(own, demos.sizes)  # [U, 3K]
        gates = gates + F.embedding(demos.previous, F.linear(self.action.weight, weight[:, -CHOICES:]))
        states, _ = self.gru(gates, self.start(z).to(z.dtype)[demos.rows], demos.sizes)  # [U, K]
        logits: Tensor = self.policy(states).to(z.dtype)
        return logits


def planes(cells: Tensor, agents: Tensor) -> Tensor:
    """Cells uint8[U, H, W] (255 is wall) and agents uint8[U, 3] (row, column, direction) → float32[U, 16, H, W].

    As published: a cell is 1 in the plane of its number of markers, which for a wall is 0, and a wall in its own too.
    """
    count, height, width = cells.shape
    wall = cells == WALL
    markers = torch.where(wall, 0, cells.long()) + WALL_PLANE + 1
    out = torch.zeros(count, PLANES, height, width, device=cells.device)
    out.scatter_(1, markers.unsqueeze(1), 1.0)
    out[:, WALL_PLANE] = wall
    row, column, direction = agents.long().unbind(1)
    out[torch.arange(count, device=cells.device), direction, row, column] = 1.0
    return out
