"""A small model that knows a few programs by heart, so that walks between them can be checked."""

from __future__ import annotations

from functools import cache

import torch

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.vae.model import LatentModel
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import by_length, pack_programs
from leapscli.vae.training.losses import token_loss

KNOWN = tuple(
    Program.parse(text)
    for text in (
        "DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft m)",
        "DEF run m( REPEAT R=3 r( turnRight putMarker r) m)",
        "DEF run m( IFELSE c( not c( markersPresent c) c) i( putMarker i) ELSE e( move e) m)",
        "DEF run m( move m)",
    )
)


@cache
def memory() -> LatentModel:
    """Encodes KNOWN and decodes them again; everything else comes out somehow."""
    tokens = TokenBatch.of(KNOWN)
    packed, network = pack_programs(tokens[by_length(tokens.lengths)]), Network(Shape(24, 24, executor=False))
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    for _ in range(80):
        mean, log_sigma = network.encoder(packed.tokens, packed.sizes)
        logits = network.decoder(mean, packed)
        loss = token_loss(logits, packed.targets, packed.predicted) + 0.01 * (mean.square() + log_sigma.square()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return LatentModel(network)
