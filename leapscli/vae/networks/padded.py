"""L_P over padded programs, for GPUs: every batch of B programs is the same sequence of kernels.

There a step is bound by the launching of kernels, not by arithmetic. So the recurrence is cuDNN's, one call for all
steps, and padding is computed. Losses and gradients are those of the packed networks (gru.py), which suit CPUs.

Axes: B programs, T tokens, V vocabulary, K units, Z latent.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from leapscli.dsl.batch import TokenBatch
from leapscli.vae.device import moved
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.encoder import Encoder
from leapscli.vae.networks.gru import GRU
from leapscli.vae.networks.masks import target_keys

# The weights lie apart, as the packed networks have them; cuDNN puts them together at every call, 2 MB.
warnings.filterwarnings("ignore", message="RNN module weights are not part of single contiguous chunk")
IGNORED = -100  # the target of what is not predicted: F.cross_entropy leaves it out


@dataclass(frozen=True, eq=False)
class PaddedPrograms:
    """tokens [B, T], lengths [B], and `keys` [B, T], the mask under which each token was chosen: integers.

    T is that of the longest program, or more: beyond a program's end nothing is read.
    """

    tokens: Tensor
    lengths: Tensor
    keys: Tensor

    @classmethod
    def of(cls, tokens: TokenBatch, device: torch.device, keys: np.ndarray | None = None) -> PaddedPrograms:
        """These programs on `device`, with their `target_keys` where these are known already; 139 bytes each."""
        arrays = tokens.ids, tokens.lengths, target_keys(tokens) if keys is None else keys
        return cls(*(moved(torch.from_numpy(array), device) for array in arrays))

    def at(self, rows: Tensor, tokens: int) -> PaddedPrograms:
        """The programs at `rows` int64[R], their first `tokens` columns, as int64."""
        chosen = (each.index_select(0, rows).long() for each in (self.tokens, self.lengths, self.keys))
        ids, lengths, keys = chosen
        return PaddedPrograms(ids[:, :tokens], lengths, keys[:, :tokens])


def encode(encoder: Encoder, programs: PaddedPrograms) -> tuple[Tensor, Tensor]:
    """Mean and log σ of each program's vector, [B, Z]: those of `Encoder`."""
    states = _recurrence(encoder.gru, _embedded(programs.tokens, encoder.embedding.weight), None)  # [T, B, K]
    ends = (programs.lengths - 1)[None, :, None].expand(1, -1, states.shape[2])
    last = states.gather(0, ends)[0]  # an index would be sorted on the way back
    return encoder.mean(last).to(states.dtype), encoder.log_sigma(last).to(states.dtype)


def logits_and_targets(decoder: Decoder, z: Tensor, programs: PaddedPrograms) -> tuple[Tensor, Tensor]:
    """Masked logits [B·(T-1), V] of the tokens after the first, and targets: IGNORED where the grammar leaves no
    choice, and beyond the end.
    """
    z = decoder.bound(z)
    steps = programs.tokens.shape[1] - 1
    inputs = _embedded(programs.tokens[:, :-1], decoder.embedding.weight)  # [T-1, B, V]
    latent = z.to(inputs.dtype).expand(steps, -1, -1)
    states = _recurrence(decoder.gru, torch.cat([inputs, latent], 2), decoder.start(z))
    logits = decoder.out(torch.tanh(decoder.head(torch.cat([states, inputs, latent], 2)))).to(states.dtype)
    keys = programs.keys[:, 1:].t()
    place = torch.arange(1, steps + 1, device=z.device)[:, None]
    free = decoder.choice[keys] & (place < programs.lengths)  # [T-1, B]
    masked = logits.masked_fill(decoder.forbidden[keys] & free[..., None], float("-inf"))
    targets = torch.where(free, programs.tokens[:, 1:].t(), IGNORED)
    return masked.flatten(0, 1), targets.flatten()


def _embedded(tokens: Tensor, weight: Tensor) -> Tensor:
    """Embeddings [T, B, E] of the tokens int64[B, T] by `weight` [V, E], as a product.

    The gradient of a look-up is sorted by token, and no graph can be sure of recording that; V is only 51.
    """
    words = torch.arange(len(weight), device=tokens.device)
    with torch.autocast(tokens.device.type, enabled=False):
        return F.linear((tokens.t()[..., None] == words).to(weight.dtype), weight.t())


def _recurrence(gru: GRU, inputs: Tensor, start: Tensor | None) -> Tensor:
    """The states [T, B, K] after each of the inputs [T, B, I], from `start` [B, K], or zeros. Never in half precision,
    where PyTorch would leave cuDNN.
    """
    weights = gru.weight_ih, gru.weight_hh, gru.bias_ih, gru.bias_hh
    with torch.autocast(inputs.device.type, enabled=False):
        first = inputs.new_zeros(inputs.shape[1], gru.weight_hh.shape[1]) if start is None else start.to(inputs.dtype)
        states: Tensor = torch.gru(inputs, first[None].contiguous(), weights, True, 1, 0.0, False, False, False)[0]
    return states
