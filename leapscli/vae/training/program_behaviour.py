"""Program behaviour, L_R: sampled programs are rewarded for doing what the original does (REINFORCE).

The reward of a sample is the share of the longer trace that agrees with the original's from the start, averaged over
the worlds of the original's demonstrations (LEAPS, equations 2 and 3). A program's two samples are each other's
baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from leapscli.domains.karel.execution import rollouts
from leapscli.domains.karel.world import Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.engine.budget import Budget
from leapscli.vae.decoding.backend import decoding
from leapscli.vae.decoding.loop import DRAWS
from leapscli.vae.device import Noise, moved
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.packing import by_length, pack_programs

Array = np.ndarray[Any, Any]
SAMPLES = 2
BUDGET = Budget.calls()  # that of the demonstrations


@dataclass(frozen=True, eq=False)
class Traces:
    """The traces of B programs: on `worlds` [B·D], the actions int8[B, D, T] (-1 after the end) and lengths int[B,
    D].
    """

    worlds: Worlds
    actions: Array
    lengths: Array

    def rewards(self, samples: TokenBatch) -> Array:
        """The samples [B] executed on the same worlds: how much of each trace agrees, float64[B]."""
        room = self.actions.shape[2]
        runs = rollouts(samples, self.worlds, BUDGET, max_actions=room, pairing="each")
        shares: Array = agreement(self.actions, self.lengths, runs.actions, runs.lengths).mean(1)
        return shares


def agreement(actions: Array, lengths: Array, others: Array, other_lengths: Array) -> Array:
    """The share of the longer trace [..., T] that agrees from the start; two empty traces agree wholly."""
    shorter, longer = np.minimum(lengths, other_lengths), np.maximum(lengths, other_lengths)
    same = (actions == others) & (np.arange(actions.shape[-1]) < shorter[..., None])
    agreeing = np.logical_and.accumulate(same, -1).sum(-1)
    shares: Array = np.where(longer > 0, agreeing / np.maximum(longer, 1), 1.0)
    return shares


def behavior_loss(decoder: Decoder, z: Tensor, traces: Traces, noise: Noise) -> tuple[Tensor, int, Tensor]:
    """The surrogate whose gradient is REINFORCE's, per sampled token; how many these are; and the mean reward.

    z is [B, Z].
    """
    with torch.autocast(z.device.type, enabled=False):
        draws = torch.cat([noise.exponential(*DRAWS) for _ in range(SAMPLES)])
        ids = decoding(decoder)(z.detach().repeat(SAMPLES, 1), noise=draws)
    tokens = TokenBatch.from_ids(ids.cpu().numpy())
    parts = np.arange(len(tokens)).reshape(SAMPLES, -1)
    rewards = np.stack([traces.rewards(tokens[part]) for part in parts])  # [K, B]
    advantages = (rewards - rewards.mean(0)) * (SAMPLES / (SAMPLES - 1))  # against the mean of the others
    order = by_length(tokens.lengths)
    packed = pack_programs(tokens[order]).to(z.device)
    logits = decoder(z[moved(torch.from_numpy(order % len(z)), z.device)], packed)
    program = torch.cat([torch.arange(n, device=z.device) for n in packed.input_sizes])[packed.at]
    weights = moved(torch.from_numpy(advantages.ravel()[order].astype(np.float32)), z.device)[program]
    loss = (F.cross_entropy(logits, packed.targets, reduction="none") * weights).sum() / packed.predicted
    return loss, packed.predicted, moved(torch.tensor(rewards.mean(), dtype=torch.float32), z.device)
