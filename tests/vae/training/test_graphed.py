"""A training step as a GPU takes it, on padded batches: what the packed one does, and the host never waits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from leapscli.artifacts.layout import CHECKPOINT
from leapscli.vae.device import Precision
from leapscli.vae.training.data import Programs
from leapscli.vae.training.graphed import FIGURES, GraphedSteps
from leapscli.vae.training.state import Training
from leapscli.vae.training.trainer import _packed_steps, shape_of, train
from tests.vae.corpus import corpus, recipe
from tests.vae.pretend import DEVICE, pretended
from tests.vae.training.test_trainer import StopAt, lines, tensors_digest

CPU = torch.device("cpu")
LOSSES = {"latent_behavior": 0.0, "behavior": 0.0}


@pytest.fixture
def on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU trains as a GPU does, kernel by kernel."""
    monkeypatch.setattr(Precision, "graphed", True)


def begun(device: torch.device = CPU, dtype: torch.dtype | None = None) -> Training:
    plan = recipe(losses=LOSSES)
    return Training.begin(plan, shape_of(plan, corpus()), Precision(device, dtype), Path())


def test_steps_are_those_of_packed_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same programs, noise, losses and weights."""
    packed = begun()
    monkeypatch.setattr(Precision, "graphed", True)
    graphed = begun()
    assert graphed.graphed and not packed.graphed
    learn = Programs(corpus(), "train")
    pairs = zip(_packed_steps(packed, learn, 16), GraphedSteps(graphed, learn, 16), strict=False)
    for step, ((ours, terms), (theirs, figures)) in enumerate(pairs):
        assert ours.tolist() == theirs.tolist()
        for name in FIGURES:
            assert float(figures[name]) == pytest.approx(float(terms[name].detach()), abs=1e-4)
        packed.step = graphed.step = step + 1
        if step == 20:
            break
    for one, other in zip(packed.network.parameters(), graphed.network.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-2)


def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path: Path, on_the_cpu: None) -> None:
    plan = recipe(steps=24, losses=LOSSES)
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    whole.mkdir(), halves.mkdir()
    train(plan, corpus(), out=whole, device="cpu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leapscli.vae.training.trainer.READ", 1)
        reporter = StopAt(12 * 16)
        train(plan, corpus(), out=halves, device="cpu", reporter=reporter, stop=reporter.flag)
    train(plan, corpus(), out=halves, device="cpu", resume=True)
    assert tensors_digest(whole / CHECKPOINT) == tensors_digest(halves / CHECKPOINT)
    assert [line["validation"] for line in lines(whole)] == [line["validation"] for line in lines(halves)]


def test_a_training_of_the_cpu_goes_on_as_a_gpu_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And back: a checkpoint is of no device."""
    train(recipe(steps=5, losses=LOSSES), corpus(), out=tmp_path, device="cpu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Precision, "graphed", True)
        train(recipe(steps=10, losses=LOSSES), corpus(), out=tmp_path, device="cpu", resume=True)
    train(recipe(steps=15, losses=LOSSES), corpus(), out=tmp_path, device="cpu", resume=True)
    assert [line["step"] for line in lines(tmp_path)] == [5, 10, 15]


@pytest.mark.parametrize("dtype", [None, torch.bfloat16])
def test_no_step_waits_for_the_device(dtype: torch.dtype | None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pretended(monkeypatch) as mode:
        training = begun(DEVICE, dtype)
        steps = iter(GraphedSteps(training, Programs(corpus(), "train"), 16))
        for _ in range(3):
            mode.waits.clear()
            _, figures = next(steps)
            training.step += 1
            assert not mode.waits
        assert 0 < figures["loss"].item() < 10


@pytest.mark.parametrize(
    ("dtype", "losses"),
    [(torch.float16, LOSSES), (None, {**LOSSES, "latent_behavior": 1.0}), (None, {**LOSSES, "behavior": 1.0})],
)
def test_what_no_graph_can_hold_is_trained_step_by_step(
    dtype: torch.dtype | None, losses: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loss scale that is looked at, worlds that the engine replays, samples that it runs."""
    with pretended(monkeypatch):
        plan = recipe(losses=losses)
        assert not Training.begin(plan, shape_of(plan, corpus()), Precision(DEVICE, dtype), Path()).graphed
