"""The reward counts what agrees from the start, and REINFORCE moves the decoder towards what is rewarded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from leapscli.vae.device import Noise
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.training import state
from leapscli.vae.training.data import Programs, Reads
from leapscli.vae.training.program_behaviour import agreement, behavior_loss
from leapscli.vae.training.trainer import train
from tests.vae.corpus import corpus, recipe


@pytest.mark.parametrize(
    ("ours", "theirs", "share"),
    [([0, 1, 2], [0, 1, 2], 1.0), ([0, 1, 2], [0, 1, 2, 3], 0.75), ([0, 1, 2], [3, 1, 2], 0.0), ([], [], 1.0),
     ([], [1], 0.0), ([0, 4, 2, 2], [0, 1, 2, 2], 0.25)],
)  # fmt: skip
def test_agreement_is_the_share_of_the_longer_trace(ours: list[int], theirs: list[int], share: float) -> None:
    padded = [np.array([[*trace, *[-1] * (5 - len(trace))]], np.int8) for trace in (ours, theirs)]
    found = agreement(padded[0], np.array([len(ours)]), padded[1], np.array([len(theirs)]))
    assert found.tolist() == [share]


def test_a_program_agrees_with_its_own_demonstrations() -> None:
    held = Programs(corpus(), "train")
    batch = held.batch(np.arange(20), Reads(traces=True), np.random.default_rng(0))
    assert batch.traces is not None
    own = held.tokens[held.places(batch.rows)]
    assert (batch.traces.rewards(own) == 1).all()
    assert batch.traces.rewards(own[np.arange(19, -1, -1)]).mean() < 0.9


def test_it_raises_the_reward() -> None:
    network, held = Network(Shape(hidden=16, latent=16, executor=False)), Programs(corpus(), "train")
    traces = held.batch(np.arange(40), Reads(traces=True), np.random.default_rng(0)).traces
    assert traces is not None
    z = torch.randn(40, 16, generator=torch.Generator().manual_seed(0))
    optimizer, rewards = torch.optim.Adam(network.decoder.parameters(), 0.02), []
    noise = Noise(torch.device("cpu"), torch.Generator(), 40, slice(None))
    for _ in range(24):
        loss, _, reward = behavior_loss(network.decoder, z, traces, noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rewards.append(float(reward))
    assert np.mean(rewards[-10:]) > np.mean(rewards[:10]) + 0.05


def test_it_joins_in_once_programs_are_reconstructed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "RECONSTRUCTS", -1.0)
    _, _ = train(recipe(losses={"behavior": 1.0}, steps=10), corpus(), out=tmp_path, device="cpu")
    first, second = (line for line in (tmp_path / "metrics.jsonl").read_text().splitlines())
    assert '"reward"' not in first and '"reward"' in second
