"""On a CUDA device: `pytest -m gpu`. What is computed there is what the CPU computes; nothing waits; work is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from leapscli.artifacts.layout import CHECKPOINT
from leapscli.artifacts.weights import load_weights
from leapscli.dsl.sampler import sample_programs
from leapscli.vae.decoding.backend import has_kernel
from leapscli.vae.decoding.loop import DRAWS, Decoding
from leapscli.vae.device import Precision, training_settings
from leapscli.vae.model import LatentModel
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.networks.packing import by_length, pack_programs
from leapscli.vae.networks.padded import PaddedPrograms, encode, logits_and_targets
from leapscli.vae.training.data import Programs
from leapscli.vae.training.graphed import WARM_UP, GraphedSteps
from leapscli.vae.training.losses import kl_by_dimension, token_loss
from leapscli.vae.training.state import Training
from leapscli.vae.training.trainer import _packed_steps, shape_of, train
from tests.vae.corpus import corpus, recipe
from tests.vae.training.test_trainer import StopAt, lines, tensors_digest

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]
CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)
SHAPE = Shape(64, 64, executor=False)
PROGRAMS_ALONE = {"latent_behavior": 0.0, "behavior": 0.0}
TOLERANCES = {"float32": 1e-4, "tf32": 2e-3, "bf16": 2e-2, "fp16": 2e-2}
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def gradients(device: torch.device, kind: str, *, padded: bool, double: bool = False) -> list[torch.Tensor]:
    """The loss of a batch and the gradient of every weight, with the same noise everywhere."""
    network = Network(SHAPE).to(device)
    tokens = sample_programs(64, seed=4)
    tokens = tokens[by_length(tokens.lengths)]
    noise = torch.randn(64, SHAPE.latent, generator=torch.Generator().manual_seed(0)).to(device)
    if double:
        network, noise = network.double(), noise.double()
    with Precision(device, DTYPES.get(kind)).autocast():
        if padded:
            programs = PaddedPrograms.of(tokens, device).at(torch.arange(64, device=device), 45)
            mean, log_sigma = encode(network.encoder, programs)
            logits, targets = logits_and_targets(network.decoder, mean + log_sigma.exp() * noise, programs)
            chosen = targets >= 0
            logits, targets = logits[chosen], targets[chosen]
        else:
            packed = pack_programs(tokens).to(device)
            mean, log_sigma = network.encoder(packed.tokens, packed.sizes)
            logits, targets = network.decoder(mean + log_sigma.exp() * noise, packed), packed.targets
    loss = token_loss(logits, targets, float(tokens.lengths.sum())) + 0.1 * kl_by_dimension(mean, log_sigma).mean()
    loss.backward()
    return [loss.detach().cpu().double(), *(p.grad.cpu().double() for p in network.parameters() if p.grad is not None)]


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("kind", TOLERANCES)
def test_losses_and_gradients_are_those_of_the_cpu(kind: str, padded: bool) -> None:
    wanted = gradients(CPU, "float64", padded=False, double=True)
    torch.set_float32_matmul_precision("high" if kind == "tf32" else "highest")
    torch.backends.cudnn.allow_tf32 = kind != "float32"
    try:
        found = gradients(CUDA, kind, padded=padded)
    finally:
        torch.set_float32_matmul_precision("highest")
        torch.backends.cudnn.allow_tf32 = True
    for ours, theirs in zip(wanted, found, strict=True):
        assert float((ours - theirs).norm() / ours.norm().clamp(min=1e-12)) < TOLERANCES[kind]


def begun(dtype: torch.dtype | None, losses: dict[str, float]) -> tuple[Training, Programs]:
    plan = recipe(losses=losses)
    training = Training.begin(plan, shape_of(plan, corpus()), Precision(CUDA, dtype), Path())
    return training, Programs(corpus(), "train")


@pytest.mark.parametrize("dtype", [None, torch.bfloat16])
@pytest.mark.parametrize("losses", [PROGRAMS_ALONE, {"latent_behavior": 1.0, "behavior": 0.0}])
def test_no_step_waits_for_the_device(dtype: torch.dtype | None, losses: dict[str, float]) -> None:
    training, learn = begun(dtype, losses)
    with training_settings(CUDA):
        steps: Any = iter(GraphedSteps(training, learn, 16)) if training.graphed else _packed_steps(training, learn, 16)
        for _ in range(4 * (WARM_UP + 2)):  # every length is recorded
            next(steps)
            training.step += 1
        torch.cuda.set_sync_debug_mode("error")
        try:
            for _ in range(5):
                next(steps)
                training.step += 1
        finally:
            torch.cuda.set_sync_debug_mode("default")


def test_a_recorded_step_computes_what_its_kernels_compute_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for warm_up in (WARM_UP, 10**9):
        monkeypatch.setattr("leapscli.vae.training.graphed.WARM_UP", warm_up)
        training, learn = begun(None, PROGRAMS_ALONE)
        steps = GraphedSteps(training, learn, 16)
        taken = iter(steps)
        for _ in range(30):
            _, terms = next(taken)
            training.step += 1
        assert bool(steps.graphs) == (warm_up == WARM_UP)
        found.append([terms["loss"].item(), *(p.detach().cpu() for p in training.network.parameters())])
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-4)
    for one, other in zip(found[0][1:], found[1][1:], strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("amp", ["off", "bf16", "fp16"])
@pytest.mark.parametrize("losses", [PROGRAMS_ALONE, {"beta": 0.0, "behavior": 0.0}])
def test_it_learns_what_the_cpu_learns(tmp_path: Path, amp: str, losses: dict[str, float]) -> None:
    found = {}
    for device in ("cpu", "cuda"):
        (tmp_path / device).mkdir()
        plan = recipe(amp=amp if device == "cuda" else "off", steps=40, losses=losses)
        train(plan, corpus(), out=tmp_path / device, device=device)
        found[device] = lines(tmp_path / device)[-1]["validation"]["loss"]
    assert found["cuda"] == pytest.approx(found["cpu"], rel=0.1)


@pytest.mark.parametrize("losses", [PROGRAMS_ALONE, {"latent_behavior": 1.0, "behavior": 0.0}])
def test_two_halves_are_the_whole(tmp_path: Path, losses: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leapscli.vae.training.trainer.READ", 1)
    plan = recipe(steps=24, losses=losses)
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    whole.mkdir(), halves.mkdir()
    train(plan, corpus(), out=whole, device="cuda")
    reporter = StopAt(12 * 16)
    train(plan, corpus(), out=halves, device="cuda", reporter=reporter, stop=reporter.flag)
    train(plan, corpus(), out=halves, device="cuda", resume=True)
    assert tensors_digest(whole / CHECKPOINT) == tensors_digest(halves / CHECKPOINT)


@pytest.mark.parametrize(
    ("before", "after"), [("cpu off", "cuda off"), ("cuda off", "cuda fp16"), ("cuda fp16", "cpu off")]
)
def test_a_training_goes_on_elsewhere(tmp_path: Path, before: str, after: str) -> None:
    for steps, how in ((5, before), (10, after)):
        device, amp = how.split()
        train(recipe(steps=steps, amp=amp, losses=PROGRAMS_ALONE), corpus(), out=tmp_path, device=device, resume=True)
    assert [line["step"] for line in lines(tmp_path)] == [5, 10]


def test_a_loss_scale_is_restored(tmp_path: Path) -> None:
    train(recipe(steps=5, amp="fp16"), corpus(), out=tmp_path, device="cuda")
    _, notes = load_weights(tmp_path / CHECKPOINT)
    assert notes["scaler"]["scale"] > 0
    train(recipe(steps=10, amp="fp16"), corpus(), out=tmp_path, device="cuda", resume=True)
    _, later = load_weights(tmp_path / CHECKPOINT)
    assert later["scaler"]["_growth_tracker"] != notes["scaler"]["_growth_tracker"]


def test_fp16_skips_a_step_whose_gradients_overflow() -> None:
    training, learn = begun(torch.float16, PROGRAMS_ALONE)
    before = [p.detach().clone() for p in training.network.parameters()]
    training.scaler = torch.amp.GradScaler("cuda", init_scale=2.0**60)
    next(_packed_steps(training, learn, 16))
    assert all(torch.equal(one, other) for one, other in zip(before, training.network.parameters(), strict=True))
    assert training.scaler.get_scale() < 2.0**60


@pytest.mark.parametrize("greedy", [True, False])
@pytest.mark.parametrize("kernel", [True, False])
def test_it_decodes_the_programs_of_the_cpu(greedy: bool, kernel: bool) -> None:
    if kernel and not has_kernel(CUDA):
        pytest.skip("needs Triton")
    network = Network(SHAPE)
    with torch.no_grad():
        for parameter in network.decoder.parameters():
            parameter *= 4
    draws = torch.Generator().manual_seed(0)
    z = torch.randn(2000, SHAPE.latent, generator=draws)
    noise = None if greedy else torch.empty(2000, *DRAWS).exponential_(generator=draws)
    wanted = Decoding(network.decoder)(z, noise=noise)
    there = network.decoder.to(CUDA)
    if kernel:
        from leapscli.vae.decoding.fused import FusedDecoding

        decode: Any = FusedDecoding(there)
    else:
        decode = Decoding(there)
    found = decode(z.to(CUDA), noise=None if noise is None else noise.to(CUDA)).cpu()
    assert float((found == wanted).all(1).float().mean()) >= 0.999


def test_a_model_encodes_and_decodes_there() -> None:
    network, tokens = Network(SHAPE), sample_programs(300, seed=2)
    here, there = LatentModel(network), LatentModel(Network(SHAPE), "cuda")
    means = here.encode(tokens)
    np.testing.assert_allclose(there.encode(tokens), means, atol=1e-4)
    pairs = zip(here.decode_tokens(means).texts(), there.decode_tokens(means).texts(), strict=True)
    assert np.mean([ours == theirs for ours, theirs in pairs]) > 0.99
