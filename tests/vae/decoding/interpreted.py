"""What the kernel for GPUs writes, in Triton's interpreter; in a process of its own, as Triton reads TRITON_INTERPRET
when it is imported: `TRITON_INTERPRET=1 python -m tests.vae.decoding.interpreted FILE`.
"""

from __future__ import annotations

import sys

import numpy as np
import torch

from leapscli.dsl.published import PAD, TOKEN_ID
from leapscli.vae.decoding.fused import FusedDecoding, fits
from leapscli.vae.decoding.loop import DRAWS, Decoding
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.network import Network, Shape

SHAPES = {"square": (32, 32, False), "mapped": (64, 24, False), "bounded": (32, 32, True)}
ROWS = 37  # two blocks are full and one is not


def decoder_of(hidden: int, latent: int, tanh: bool = False) -> Decoder:
    """Untrained, but with large weights and a liking for the ends of bodies: programs of many lengths."""
    network = Network(Shape(hidden, latent, executor=False, tanh=tanh))
    with torch.no_grad():
        for parameter in network.decoder.parameters():
            parameter *= 4
        for token in ("m)", "w)", "r)", "i)", "e)"):
            network.decoder.out.bias[TOKEN_ID[token]] += 4
    return network.decoder


def main(path: str) -> None:
    """Write what the loop and the kernel make of the same vectors, by case."""
    found: dict[str, np.ndarray] = {}
    for name, (hidden, latent, tanh) in SHAPES.items():
        decoder, draws = decoder_of(hidden, latent, tanh), torch.Generator().manual_seed(1)
        z = torch.randn(ROWS, latent, generator=draws)
        for way, noise in (("greedy", None), ("sampled", torch.empty(ROWS, *DRAWS).exponential_(generator=draws))):
            found[f"{name}-{way}-loop"] = Decoding(decoder)(z, noise=noise).numpy()
            found[f"{name}-{way}-kernel"] = FusedDecoding(decoder)(z, noise=noise).numpy()
    endless = decoder_of(32, 32)
    with torch.no_grad():
        endless.out.bias.zero_()[[PAD, TOKEN_ID["m)"]]] = -50
    found["endless"] = FusedDecoding(endless)(torch.randn(16, 32, generator=torch.Generator().manual_seed(0))).numpy()
    found["none"] = FusedDecoding(endless)(torch.zeros(0, 32)).numpy()
    found["fits"] = np.array([fits(decoder_of(hidden, 8)) for hidden in (16, 32, 48, 256)])
    np.savez(path, **found)


if __name__ == "__main__":
    main(sys.argv[1])
