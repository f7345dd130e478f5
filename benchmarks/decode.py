"""How fast vectors become programs, beside a plain loop over 45 steps, in one run.

    python benchmarks/decode.py [--model leaps] [--threads N]

Without a model in the workspace the weights are random, and programs then tend to use all of their 45 tokens.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as the command line does, before torch loads

import numpy as np
import torch
from torch import Tensor, nn

from leapscli.artifacts.store import Workspace
from leapscli.dsl.grammar import Cursor, advance, mask, tables_of
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.errors import ArtifactError
from leapscli.vae.decoding.loop import Decoding
from leapscli.vae.device import keep_buffers
from leapscli.vae.model import LatentModel
from leapscli.vae.networks.decoder import Decoder
from leapscli.vae.networks.network import Network, Shape

POPULATIONS = (32, 64, 256, 1024)


@torch.inference_mode()
def naive(decoder: Decoder, z: Tensor) -> Tensor:
    """One GRUCell a step for every program to the end, the automaton in numpy."""
    step = nn.GRUCell(decoder.gru.weight_ih.shape[1], decoder.gru.weight_hh.shape[1])
    step.load_state_dict(decoder.gru.state_dict())
    cursor = advance(tables_of(), Cursor.start(len(z)), np.zeros(len(z), np.int64))
    state, token, ids = decoder.start(z), torch.zeros(len(z), dtype=torch.int64), []
    for i in range(MAX_TOKENS):
        ids.append(token)
        embedded = decoder.embedding(token)
        state = step(torch.cat([embedded, z], 1), state)
        if i == MAX_TOKENS - 1:
            break
        logits = decoder.out(torch.tanh(decoder.head(torch.cat([state, embedded, z], 1))))
        allowed = torch.from_numpy(mask(tables_of(), cursor, np.full(len(z), MAX_TOKENS - 1 - i)))
        token = logits.masked_fill(~allowed, float("-inf")).argmax(1)
        cursor = advance(tables_of(), cursor, token.numpy())
    return torch.stack(ids, 1).to(torch.uint8)


def rate(decode: Callable[[], Tensor], count: int, seconds: float = 1.5) -> float:
    """Programs a second over about so many seconds, warmed up."""
    decode()
    began, runs = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        decode()
        runs += 1
    return runs * count / (time.perf_counter() - began)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    keep_buffers()
    try:
        artifact = Workspace.locate().resolve(options.model, "model")
        model, label = LatentModel.load(artifact.path), artifact.reference
    except ArtifactError:
        model, label = LatentModel(Network(Shape())), "random weights"
    decoder, decoding = model.network.decoder, Decoding(model.network.decoder)
    print(f"greedy decoding, {label}, {decoder.head.out_features} units, {options.threads} threads, z ~ N(0, 1)")
    for count in POPULATIONS:
        z = torch.randn(count, model.latent, generator=torch.Generator().manual_seed(0))
        same = (decoding(z) == naive(decoder, z)).all(1).float().mean()
        length = (decoding(z) < 50).sum(1).float().mean()
        ours, plain = rate(lambda z=z: decoding(z), count), rate(lambda z=z: naive(decoder, z), count)
        print(f"{count:>6} vectors: {ours:6,.0f} programs/s   plain loop {plain:6,.0f}   ×{ours / plain:.1f}   "
              f"{length:.1f} tokens on average, {same:.1%} alike")  # fmt: skip


if __name__ == "__main__":
    main()
