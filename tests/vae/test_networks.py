"""Encoder, decoder and executor compute what their equations say, written out step by step over plain modules."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PAD
from leapscli.dsl.sampler import sample_programs
from leapscli.vae.networks.executor import planes
from leapscli.vae.networks.gru import GRU
from leapscli.vae.networks.masks import MASKS, target_keys
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import STOP, by_length, pack_programs
from leapscli.vae.training.data import Programs, Reads
from tests.vae.corpus import corpus

SHAPE = Shape(hidden=12, latent=12)


def cell_of(gru: GRU) -> nn.GRUCell:
    cell = nn.GRUCell(gru.weight_ih.shape[1], gru.weight_hh.shape[1])
    cell.load_state_dict(gru.state_dict())
    return cell


def programs() -> TokenBatch:
    tokens = sample_programs(20, seed=3)
    return tokens[by_length(tokens.lengths)]


def test_the_encoder_reads_each_program_to_its_end() -> None:
    encoder, tokens = Network(SHAPE, seed=1).encoder, programs()
    packed = pack_programs(tokens)
    mean, log_sigma = encoder(packed.tokens, packed.sizes)
    cell = cell_of(encoder.gru)
    for i, (row, length) in enumerate(zip(tokens.ids, tokens.lengths, strict=True)):
        state = torch.zeros(1, SHAPE.hidden)
        for token in row[:length].tolist():
            state = cell(encoder.embedding(torch.tensor([token])), state)
        torch.testing.assert_close(mean[i], encoder.mean(state)[0], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(log_sigma[i], encoder.log_sigma(state)[0], atol=1e-5, rtol=1e-4)


def naive_logits(network: Network, z: Tensor, row: np.ndarray, length: int) -> Tensor:
    """One program's masked logits [length - 1, V], from `run` on."""
    decoder, keys = network.decoder, target_keys(TokenBatch.from_ids(row[None, :length]))[0]
    cell, state, found = cell_of(decoder.gru), z[None], []
    for i in range(length - 1):
        token = decoder.embedding(torch.tensor([int(row[i])]))
        state = cell(torch.cat([token, z[None]], 1), state)
        logits = decoder.out(torch.tanh(decoder.head(torch.cat([state, token, z[None]], 1))))[0]
        found.append(logits.masked_fill(torch.from_numpy(~MASKS.allowed[keys[i + 1]]), float("-inf")))
    return torch.stack(found)


def test_the_decoders_loss_is_that_of_all_tokens_though_it_skips_forced_ones() -> None:
    network, tokens = Network(SHAPE, seed=1), programs()
    z = torch.randn(len(tokens), SHAPE.latent, generator=torch.Generator().manual_seed(0))
    packed = pack_programs(tokens)
    ours = F.cross_entropy(network.decoder(z, packed), packed.targets, reduction="sum")
    rows = zip(z, tokens.ids, tokens.lengths.tolist(), strict=True)
    expected = [
        F.cross_entropy(naive_logits(network, v, row, n), torch.from_numpy(row[1:n].astype(np.int64)), reduction="sum")
        for v, row, n in rows
    ]
    torch.testing.assert_close(ours, torch.stack(expected).sum(), atol=1e-3, rtol=1e-5)
    assert packed.predicted == tokens.lengths.sum()


def test_latent_and_hidden_sizes_may_differ() -> None:
    network, packed = Network(Shape(hidden=12, latent=5), seed=1), pack_programs(programs())
    mean, _ = network.encoder(packed.tokens, packed.sizes)
    assert mean.shape == (20, 5)
    assert network.decoder(mean, packed).shape == (len(packed.targets), 51)


def test_the_executor_follows_each_demonstration_step_by_step() -> None:
    network, held = Network(SHAPE, seed=1), Programs(corpus(), "train")
    batch = held.batch(np.arange(8), Reads(3), np.random.default_rng(0))
    executor, demos = network.executor, batch.demos
    assert executor is not None and demos is not None
    z = torch.randn(8, SHAPE.latent, generator=torch.Generator().manual_seed(0))
    logits = executor(z, demos)
    cell, states = cell_of(executor.gru), executor.state(planes(demos.cells, demos.agents))
    row = torch.cat([torch.arange(n) for n in demos.sizes])
    for demo in range(len(demos.rows)):
        own, vector = (row == demo).nonzero().squeeze(1), z[demos.rows[demo]][None]
        state, before = vector, torch.tensor([STOP])
        for moment in own.tolist():
            state = cell(torch.cat([vector, states[moment][None], executor.action(before)], 1), state)
            torch.testing.assert_close(logits[moment], executor.policy(state)[0], atol=1e-5, rtol=1e-4)
            before = demos.targets[moment][None]
        assert before.item() == STOP


def test_planes_hold_direction_wall_and_markers_as_published() -> None:
    cells = torch.tensor([[[255, 0], [3, 1]]], dtype=torch.uint8)
    found = planes(cells, torch.tensor([[1, 0, 2]], dtype=torch.uint8))[0]
    expected = torch.zeros(16, 2, 2)
    expected[2, 1, 0] = 1  # facing south at row 1, column 0
    expected[4, 0, 0] = expected[5, 0, 0] = 1  # a wall, with no markers
    expected[5, 0, 1] = expected[5 + 3, 1, 0] = expected[5 + 1, 1, 1] = 1
    assert torch.equal(found, expected)


def test_padding_is_never_packed() -> None:
    packed = pack_programs(programs())
    assert PAD not in packed.tokens and PAD not in packed.targets
