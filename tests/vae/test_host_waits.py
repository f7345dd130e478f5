"""The host waits for a GPU when it reads numbers, and nowhere else; counted on a pretended one (pretend.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from leapscli.dsl.sampler import sample_programs
from leapscli.vae.decoding.loop import LOOKS, Decoding
from leapscli.vae.device import Precision
from leapscli.vae.model import LatentModel
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.refinement import LOOK
from leapscli.vae.training import state, trainer
from leapscli.vae.training.data import Programs, Reads, batches
from tests.vae.corpus import corpus, recipe
from tests.vae.pretend import DEVICE, NAME, Pretend, pretended

CPU = torch.device("cpu")


def untrained() -> Network:
    """With decoder weights large enough for programs of many lengths."""
    network = Network(Shape(hidden=16, latent=16, executor=False))
    with torch.no_grad():
        for parameter in network.decoder.parameters():
            parameter *= 4
    return network


def steps(device: torch.device, dtype: torch.dtype | None, mode: Pretend, **losses: float) -> list[dict[str, float]]:
    """The terms of three training steps; what was counted before the last one is forgotten."""
    plan, found = recipe(losses=losses), []
    training = state.Training.begin(plan, trainer.shape_of(plan, corpus()), Precision(device, dtype), Path())
    training.latest = training.best = {"validation": {"reconstruction": 1.0}}
    reads = Reads(2 if training.network.executor else 0, losses.get("behavior", 0) > 0)
    for batch, _ in zip(batches(Programs(corpus(), "train"), 16, reads, 0), range(3), strict=False):
        there = batch.to(device)
        mode.waits.clear(), mode.operations.clear()
        terms = trainer._optimise(training, there)
        waits = mode.waits.copy()
        found.append({name: value.item() for name, value in terms.items() if value.dim() == 0})
        mode.waits.clear()
        mode.waits.update(waits)
        training.step += 1
    return found


@pytest.mark.parametrize("dtype", [None, torch.bfloat16])
@pytest.mark.parametrize("behavior", [0.0, 1.0])
def test_a_training_step_waits_only_to_read_the_samples_of_its_reinforce_term(
    dtype: torch.dtype | None, behavior: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pretended(monkeypatch) as mode:
        there = steps(DEVICE, dtype, mode, behavior=behavior, latent_behavior=1.0)
        wanted = {"aten::nonzero": len(LOOKS), "aten::_to_copy": 1} if behavior else {}
        assert mode.operations["aten::mm"] and all(mode.waits[name] <= most for name, most in wanted.items())
        assert set(mode.waits) <= set(wanted)
        here = steps(CPU, dtype, mode, behavior=behavior, latent_behavior=1.0)
    close = 1e-4 if dtype is None else 0.05
    for ours, theirs in zip(here, there, strict=True):
        assert theirs == pytest.approx(ours, rel=close, abs=close)


@pytest.mark.parametrize("greedy", [True, False])
def test_decoding_waits_a_few_times_and_writes_the_programs_of_the_cpu(
    greedy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    z = np.random.default_rng(0).standard_normal((100, 16)).astype(np.float32)
    here = LatentModel(untrained()).decode_tokens(z, greedy=greedy, seed=3)
    assert len(set(here.lengths.tolist())) > 5
    with pretended(monkeypatch) as mode:
        model = LatentModel(untrained(), NAME)
        mode.waits.clear()
        there = model.decode_tokens(z, greedy=greedy, seed=3)
        assert there.texts() == here.texts()
        assert sum(mode.waits.values()) <= len(LOOKS) + 1


def test_encoding_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = sample_programs(60, seed=3)
    with pretended(monkeypatch) as mode:
        model = LatentModel(untrained(), NAME)
        mode.waits.clear()
        means = model.encode(tokens)
        assert sum(mode.waits.values()) == 1
    np.testing.assert_allclose(means, LatentModel(untrained()).encode(tokens), atol=1e-5)


def test_refining_waits_for_what_the_vectors_decode_to_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, steps = sample_programs(60, seed=3), 2 * LOOK
    with pretended(monkeypatch) as mode:
        model = LatentModel(untrained(), NAME)
        mode.waits.clear()
        model.encode(tokens, refine=steps)
        looks = 1 + steps // LOOK  # at the means, and then: one for the vectors and those of a decoding
        assert sum(mode.waits.values()) <= 1 + looks * (2 + len(LOOKS))


def test_looking_less_often_changes_no_program() -> None:
    """What is finished goes on as `<pad>`."""
    network, z = untrained(), torch.randn(80, 16, generator=torch.Generator().manual_seed(1))
    decoding = Decoding(network.decoder)
    often = decoding(z)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leapscli.vae.decoding.loop._drop_finished", lambda rows, token: token)
        assert torch.equal(decoding(z), often)
