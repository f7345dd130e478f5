"""How fast the program autoencoder (L_P) trains, beside a plain GRUCell loop over padded programs, in one run.

    python benchmarks/train.py [--batches 8] [--threads N]

Both take the same batches of 256 from the same weights on, a step of one after a step of the other, and their losses
must agree. Two mixes of programs: as they are sampled, and only those of 22 tokens or more.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as the command line does, before torch loads

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PAD
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.vae.device import keep_buffers
from leapscli.vae.networks.masks import target_keys
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import by_length, pack_programs
from leapscli.vae.training.losses import kl_by_dimension, token_loss

BATCH, BETA = 256, 0.1


def cell(gru: nn.Module) -> nn.GRUCell:
    """A GRUCell that shares the weights of `gru`."""
    found = nn.GRUCell(gru.weight_ih.shape[1], gru.weight_hh.shape[1])
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        setattr(found, name, getattr(gru, name))
    return found


def packed_loss(network: Network, tokens: TokenBatch) -> Tensor:
    """Ours: β·KL and the tokens' cross-entropy at z = μ."""
    programs = pack_programs(tokens)
    mean, log_sigma = network.encoder(programs.tokens, programs.sizes)
    logits = network.decoder(mean, programs)
    return token_loss(logits, programs.targets, programs.predicted) + BETA * kl_by_dimension(mean, log_sigma).mean()


def naive_loss(network: Network, tokens: TokenBatch) -> Tensor:
    """The same, a GRUCell at a time over 45 padded tokens."""
    encoder, decoder = network.encoder, network.decoder
    ids, lengths = torch.from_numpy(tokens.ids.astype(np.int64)), torch.from_numpy(tokens.lengths.astype(np.int64))
    step, state, states = cell(encoder.gru), torch.zeros(len(tokens), encoder.mean.in_features), []
    for t in range(ids.shape[1]):
        state = step(encoder.embedding(ids[:, t]), state)
        states.append(state)
    last = torch.stack(states)[lengths - 1, torch.arange(len(tokens))]
    mean, log_sigma = encoder.mean(last), encoder.log_sigma(last)
    step, state, logits = cell(decoder.gru), mean, []
    for t in range(ids.shape[1] - 1):
        token = decoder.embedding(ids[:, t])
        state = step(torch.cat([token, mean], 1), state)
        logits.append(decoder.out(torch.tanh(decoder.head(torch.cat([state, token, mean], 1)))))
    keys = torch.from_numpy(target_keys(tokens).astype(np.int64))[:, 1:]
    masked = torch.stack(logits, 1).masked_fill(decoder.forbidden[keys], float("-inf"))
    targets = ids[:, 1:].masked_fill(ids[:, 1:] == PAD, -100)
    loss = F.cross_entropy(masked.flatten(0, 1), targets.flatten(), reduction="sum") / int(lengths.sum())
    return loss + BETA * kl_by_dimension(mean, log_sigma).mean()


def steps(loss: Callable[[Network, TokenBatch], Tensor], batches: list[TokenBatch]) -> Iterator[tuple[float, float]]:
    """The seconds and the loss of each whole training step."""
    network = Network(Shape(executor=False))
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.0, fused=True)
    for batch in batches:
        began = time.perf_counter()
        value = loss(network, batch)
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        yield time.perf_counter() - began, float(value.detach())


def batches_of(tokens: TokenBatch, count: int) -> list[TokenBatch]:
    """Padded batches, each sorted by falling length."""
    found = [tokens[i * BATCH : (i + 1) * BATCH] for i in range(count)]
    return [batch[by_length(batch.lengths)] for batch in found]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=8)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    keep_buffers()
    tokens = sample_programs(60_000, seed=0)
    tokens = tokens[np.sort(np.unique(tokens.hashes(), return_index=True)[1])]
    assert tokens.ids.shape[1] == MAX_TOKENS
    long = tokens[np.flatnonzero(tokens.lengths >= 22)]
    print(f"training steps of L_P, {BATCH} programs each, 256 units, {options.threads} threads")
    for label, chosen in (("as sampled", tokens), ("22 tokens or more", long)):
        batches = batches_of(chosen, options.batches + 2)
        found = np.array(list(zip(steps(packed_loss, batches), steps(naive_loss, batches), strict=True)))  # [N, 2, 2]
        assert np.abs(found[:, 0, 1] - found[:, 1, 1]).max() < 0.01, "the two disagree"
        ours, naive = BATCH / np.median(found[2:, :, 0], 0)  # the first two are for warming up
        mean = np.mean([batch.lengths.mean() for batch in batches])
        print(f"{label:>18}: {mean:4.1f} tokens on average  packed {ours:6,.0f} programs/s   "
              f"GRUCell loop {naive:5,.0f}   ×{ours / naive:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
