"""The padded networks compute what the packed ones do: the same vectors, losses and gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from leapscli.dsl.sampler import sample_programs
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import by_length, pack_programs
from leapscli.vae.networks.padded import IGNORED, PaddedPrograms, encode, logits_and_targets
from leapscli.vae.training.losses import kl_by_dimension, token_loss

CPU = torch.device("cpu")
COUNT, LATENT = 50, 12


def grads(network: Network, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    network.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize(
    "shape", [Shape(12, LATENT, False), Shape(20, LATENT, False), Shape(12, LATENT, False, tanh=True)]
)
def test_losses_and_gradients_are_those_of_the_packed_networks(shape: Shape) -> None:
    network = Network(shape).double()
    tokens = sample_programs(COUNT, seed=4)
    tokens = tokens[by_length(tokens.lengths)]
    noise = torch.randn(COUNT, LATENT, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    packed = pack_programs(tokens)
    mean, log_sigma = network.encoder(packed.tokens, packed.sizes)
    logits = network.decoder(mean + log_sigma.exp() * noise, packed)
    ours = token_loss(logits, packed.targets, packed.predicted) + 0.1 * kl_by_dimension(mean, log_sigma).mean()

    padded = PaddedPrograms.of(tokens, CPU).at(torch.arange(COUNT), 45)
    other_mean, other_sigma = encode(network.encoder, padded)
    other_logits, targets = logits_and_targets(network.decoder, other_mean + other_sigma.exp() * noise, padded)
    summed = F.cross_entropy(other_logits, targets, ignore_index=IGNORED, reduction="sum")
    theirs = summed / padded.lengths.sum() + 0.1 * kl_by_dimension(other_mean, other_sigma).mean()

    assert int((targets != IGNORED).sum()) == len(packed.targets)
    np.testing.assert_allclose(other_mean.detach(), mean.detach(), atol=1e-12)
    assert theirs.item() == pytest.approx(ours.item(), abs=1e-12)
    ours_by_name, theirs_by_name = grads(network, ours), grads(network, theirs)
    assert ours_by_name.keys() == theirs_by_name.keys()
    for name, gradient in ours_by_name.items():
        np.testing.assert_allclose(theirs_by_name[name], gradient, atol=1e-12, err_msg=name)


def test_columns_beyond_the_longest_program_change_nothing() -> None:
    network, tokens = Network(Shape(12, LATENT, False)), sample_programs(COUNT, seed=5)
    short = tokens[np.flatnonzero(tokens.lengths <= 16)]
    resident, rows = PaddedPrograms.of(short, CPU), torch.arange(len(short))
    found = [encode(network.encoder, resident.at(rows, columns))[0].detach() for columns in (16, 32, 45)]
    for means in found[:2]:
        np.testing.assert_allclose(means, found[2], atol=1e-6)
