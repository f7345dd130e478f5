"""Encoder, decoder and executor as one module: what is trained, checkpointed and saved."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn

from leapscli.seeding import stream_key
from leapscli.vae.decoder import Decoder
from leapscli.vae.encoder import Encoder
from leapscli.vae.executor import Executor


@dataclass(frozen=True)
class Sizes:
    """What the shapes of the weights follow from; `height` and `width` are those of the demonstrations' worlds."""

    hidden: int = 256
    latent: int = 256
    height: int = 8
    width: int = 8

    def as_dict(self) -> dict[str, Any]:
        """For the metadata beside the weights."""
        return asdict(self)


class Network(nn.Module):
    """The program embedding and its executor."""

    def __init__(self, sizes: Sizes, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):  # initial weights follow from the seed; the global generator stays as it is
            torch.manual_seed(int(stream_key(seed, "weights") >> 1))
            self.encoder = Encoder(sizes.hidden, sizes.latent)
            self.decoder = Decoder(sizes.hidden, sizes.latent)
            self.executor = Executor(sizes.hidden, sizes.latent, sizes.height, sizes.width)
        self.sizes = sizes
