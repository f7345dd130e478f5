"""Decoding as one GPU kernel, in Triton: from vectors to finished programs without coming back to the host.

The loop of loop.py launches some 2,000 kernels, whatever the number of vectors; here one does it all
(compiled/writer.py). What it writes is what the loop writes, up to ties in the last bit.
"""

from __future__ import annotations

import torch
from torch import Tensor

from leapscli.dsl.grammar import END, SHORTEST_PROGRAM, START, tables_of
from leapscli.dsl.published import PAD, VOCABULARY_SIZE
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.vae.decoding.compiled.writer import write
from leapscli.vae.decoding.loop import PREFIX, Decoding
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.masks import SLACKS

ROWS, PIECE = 16, 32  # programs of a block; units that a product reads at once
WIDTH = 64  # the vocabulary, padded to a power of two
PRECISION = "tf32x3"  # of products: float32 by three of TF32, which tensor cores have
_CLOSING = 64  # added to `closing`, which may be negative, in packed tables


def fits(decoder: Decoder) -> bool:
    """True if the kernel takes a decoder of this size: its units are a power of two, from PIECE to 512."""
    units = decoder.head.out_features
    return PIECE <= units <= 512 and units & (units - 1) == 0


class FusedDecoding:
    """`Decoding` as one kernel: the same calls, the same programs."""

    @torch.inference_mode()
    def __init__(self, decoder: Decoder) -> None:
        self.loop = loop = Decoding(decoder)
        self.decoder, self.units, device = decoder, loop.units, loop.weight.device
        keys = loop.mask.shape[0]
        self.mask = torch.full((keys, WIDTH), float("-inf"), device=device)
        self.mask[:, :VOCABULARY_SIZE] = loop.mask
        self.out_weight = torch.zeros(self.units, WIDTH, device=device)
        self.out_weight[:, :VOCABULARY_SIZE] = decoder.out.weight.t()
        self.out_bias = torch.zeros(WIDTH, device=device)
        self.out_bias[:VOCABULARY_SIZE] = decoder.out.bias
        self.moves, self.prefix = _moves().to(device), torch.tensor(PREFIX).to(device)

    @torch.inference_mode()
    def __call__(self, z: Tensor, *, noise: Tensor | None = None) -> Tensor:
        """Vectors float32[B, Z] → ids uint8[B, 45], padded; with `noise` [B, *DRAWS] they are sampled."""
        ids = torch.full((len(z), MAX_TOKENS), PAD, dtype=torch.uint8, device=z.device)
        if not len(z):
            return ids
        z = self.decoder.bound(z)
        gates, head = self.decoder.latent_parts(z)
        blocks = -(-len(z) // ROWS)
        memory = torch.zeros(blocks * ROWS, 2 * self.units, device=z.device)
        loop, start = self.loop, self.decoder.start(z).contiguous()
        write[(blocks,)](
            gates.contiguous(), head.contiguous(), start, memory, loop.weight, loop.bias,
            loop.token_gates.contiguous(), loop.token_head.contiguous(), self.out_weight, self.out_bias, self.mask,
            self.moves, self.prefix, ids if noise is None else noise.contiguous(), ids, len(z),
            K=self.units, V=VOCABULARY_SIZE, W=WIDTH, R=ROWS, PIECE=PIECE, TOKENS=MAX_TOKENS, FORCED=len(PREFIX),
            SLACKS=SLACKS, START=START, END=END, SHORTEST=SHORTEST_PROGRAM, CLOSING=_CLOSING,
            SAMPLED=noise is not None, PRECISION=PRECISION, num_warps=8,
        )  # fmt: skip
        return ids


def _moves() -> Tensor:
    """The automaton in one table, int64[S, V]: target | back << 8 | push << 16 | pop << 20 | (closing + 64) << 24.

    A token that is not allowed moves nothing.
    """
    t = tables_of()
    packed = t.target | t.back << 8 | t.push << 16 | t.pop << 20 | (t.closing + _CLOSING) << 24
    return torch.from_numpy(packed * t.allowed + (_CLOSING << 24) * ~t.allowed)
