"""Encodings refined by gradient descent: a mean that decodes to another program moves until it decodes to its own.

The encoder reads a program once and may miss a detail that the decoder could say; a few steps of Adam on the decoder's
loss find the vector that says it (semi-amortized inference: Kim, Wiseman, Miller, Sontag & Rush, ICML 2018). The
weights stay as they are. Axes: B programs, Z latent.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from leapscli.dsl.batch import TokenBatch
from leapscli.vae.decoding.backend import Decode
from leapscli.vae.device import moved, one_thread
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.packing import PackedPrograms, by_length, pack_programs

STEPS = 50
LOOK = 5  # steps between two looks at what the vectors decode to
# Small steps first, which keep a vector where the encoder put it; those that need more take larger ones.
SMALL, LARGE, FIRST = 0.05, 0.15, 10
FADE = (0.9, 0.99)  # of Adam's two moments
CHUNK = 1024


def refined(
    decoder: Decoder, decode: Decode, tokens: TokenBatch, means: NDArray[np.float32], steps: int
) -> NDArray[np.float32]:
    """`means` float32[B, Z], those that decode to another program moved, in at most `steps` steps, to where they decode
    to their own; unchanged where that was not found.
    """
    found = means.copy()
    rows = np.flatnonzero(tokens.valid())
    rows = rows[by_length(tokens.lengths[rows])]
    with torch.inference_mode(False), one_thread():  # gradients, whatever mode the caller is in
        for at in range(0, len(rows), CHUNK):
            some = rows[at : at + CHUNK]
            wrong = some[~_decodes(decoder, decode, means[some], tokens[some])]
            if len(wrong):
                found[wrong] = _moved(decoder, decode, tokens[wrong], means[wrong], steps)
    return found


def _moved(
    decoder: Decoder, decode: Decode, tokens: TokenBatch, means: NDArray[np.float32], steps: int
) -> NDArray[np.float32]:
    """The vectors of programs sorted by falling length, none of which decodes from its mean."""
    device, found, rows = decoder.head.weight.device, means.copy(), np.arange(len(means))
    z = moved(torch.from_numpy(means), device)
    mean, square = torch.zeros_like(z), torch.zeros_like(z)
    packed = _packed(tokens, device)
    for step in range(1, steps + 1):
        slope = _slope(decoder, z, packed)
        mean, square = torch.lerp(slope, mean, FADE[0]), torch.lerp(slope.square(), square, FADE[1])
        size = (SMALL if step <= FIRST else LARGE) / (1 - FADE[0] ** step)
        z = z - size * mean / ((square / (1 - FADE[1] ** step)).sqrt() + 1e-8)
        if step % LOOK and step < steps:
            continue
        place = z.cpu().numpy()
        right = _decodes(decoder, decode, place, tokens[rows])
        found[rows[right]] = place[right]
        if right.all():
            break
        if right.any():
            left = np.flatnonzero(~right)
            rows, kept = rows[left], torch.from_numpy(left).to(device)
            z, mean, square = z[kept], mean[kept], square[kept]
            packed = _packed(tokens[rows], device)
    return found


def _slope(decoder: Decoder, z: Tensor, packed: PackedPrograms) -> Tensor:
    """The gradient of the programs' cross-entropy by their vectors, [B, Z]."""
    with torch.enable_grad():
        vectors = z.detach().requires_grad_()
        loss = F.cross_entropy(decoder(vectors, packed), packed.targets, reduction="sum")
        return torch.autograd.grad(loss, vectors)[0]


def _packed(tokens: TokenBatch, device: torch.device) -> PackedPrograms:
    """For the decoder, without the columns that no program reaches."""
    return pack_programs(TokenBatch(tokens.ids[:, : int(tokens.lengths.max())], tokens.lengths)).to(device)


def _decodes(decoder: Decoder, decode: Decode, z: NDArray[np.float32], tokens: TokenBatch) -> NDArray[np.bool_]:
    """True for each vector that decodes to its program."""
    with torch.inference_mode():
        ids = decode(moved(torch.from_numpy(z), decoder.head.weight.device))
    same: NDArray[np.bool_] = TokenBatch.from_ids(ids.cpu().numpy()).hashes() == tokens.hashes()
    return same
