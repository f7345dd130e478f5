"""Encoder, decoder and executor as one module: what is trained, checkpointed and saved."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn

from leapscli.domains.karel.cells import MAX_SIDE
from leapscli.errors import InputError, whole
from leapscli.seeding import stream_key
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.encoder import Encoder
from leapscli.vae.networks.executor import MARGIN, Executor

MOST_UNITS = 8192


@dataclass(frozen=True)
class Shape:
    """The sizes that determine the weights. `executor`: whether there is one, for worlds of `height`×`width`;
    `tanh`: whether the decoder reads tanh(z), as some imported models do.
    """

    hidden: int = 256
    latent: int = 256
    executor: bool = True
    height: int = 8
    width: int = 8
    tanh: bool = False

    def __post_init__(self) -> None:
        for name, most in (("hidden", MOST_UNITS), ("latent", MOST_UNITS), ("height", MAX_SIDE), ("width", MAX_SIDE)):
            whole(getattr(self, name), name, 1, most)
        if self.executor and min(self.height, self.width) <= MARGIN:
            message = f"demonstrations in {self.height}×{self.width} worlds: too small for the executor's convolutions"
            raise InputError(message, f"at least {MARGIN + 1}×{MARGIN + 1}, or losses.latent_behavior=0")

    def as_dict(self) -> dict[str, Any]:
        """For the metadata beside the weights; `Shape(**…)` reads it."""
        return asdict(self)


class Network(nn.Module):
    """The program embedding and, where it is trained, the executor."""

    def __init__(self, shape: Shape, seed: int = 0) -> None:
        super().__init__()
        self.shape = shape
        with torch.random.fork_rng(devices=[]):  # modules draw from the global generator; it is put back as it was
            torch.default_generator.manual_seed(int(stream_key(seed, "weights")) >> 1)
            self.encoder = Encoder(shape.hidden, shape.latent)
            self.decoder = Decoder(shape.hidden, shape.latent, tanh=shape.tanh)
            self.executor = Executor(shape.hidden, shape.latent, shape.height, shape.width) if shape.executor else None
