"""Training learns, stops and goes on without a trace, and says where it broke."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from leapscli.artifacts.layout import CHECKPOINT, METRICS, WEIGHTS
from leapscli.errors import InputError, LeapsError
from leapscli.progress import Done, Silent, StopFlag
from leapscli.vae.model import LatentModel
from leapscli.vae.training import state, trainer
from leapscli.vae.training.schedule import last_step, learning_rate
from leapscli.vae.training.trainer import Ended, train
from tests.vae.corpus import Corpus, corpus, recipe


def tensors_digest(path: Path) -> str:
    from leapscli.artifacts.weights import load_weights

    tensors, _ = load_weights(path)
    return hashlib.sha256(b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))).hexdigest()


class StopAt(Silent):
    """Asks to stop once so many programs were trained on."""

    def __init__(self, programs: int) -> None:
        self.programs, self.flag = programs, StopFlag()

    def update(self, event: Done) -> None:
        if event.done >= self.programs:
            self.flag.request()


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]


def test_it_learns_and_leaves_a_model_that_loads(tmp_path: Path) -> None:
    ended, best = train(recipe(steps=40), corpus(), out=tmp_path, device="cpu")
    records = lines(tmp_path)
    assert ended is Ended.STEPS and [record["step"] for record in records] == list(range(5, 41, 5))
    for part in ("train", "validation"):
        assert records[-1][part]["tokens"] < records[0][part]["tokens"]
        assert records[-1][part]["executor"] < records[0][part]["executor"]
    wanted = {"loss", "tokens", "kl", "token_accuracy", "reconstruction", "reconstruction_long", "active_units",
              "traces_equal", "prior_distinct", "prior_ends",
              "executor", "action_accuracy", "trace_accuracy"}  # fmt: skip
    assert set(best["validation"]) == wanted
    assert best["validation"]["traces_equal"] >= best["validation"]["reconstruction"]
    assert 0 < best["validation"]["prior_distinct"] <= 1 and 0 < best["validation"]["prior_ends"] <= 1
    assert LatentModel.load(tmp_path).meta["step"] == best["step"]
    assert len(LatentModel.load(tmp_path / WEIGHTS).decode(np.zeros((3, 16)))) == 3


def test_metrics_count_the_programs_seen_where_a_batch_has_fewer(tmp_path: Path) -> None:
    source, told = corpus(50), list[Done]()

    class Listener(Silent):
        def update(self, event: Done) -> None:
            told.append(event)

    whole = {"batch": 64, "lr": 3e-3, "warmup": 3, "schedule": "cosine"}
    train(recipe(steps=20, optimizer=whole), source, out=tmp_path, device="cpu", reporter=Listener())
    learn = len(source.split("train"))
    assert learn == 40 and [record["programs"] for record in lines(tmp_path)] == [40 * i for i in (5, 10, 15, 20)]
    assert told[-1].done == told[-1].total == 20 * 40


def test_two_halves_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2N steps == N steps, a stop, a resume, N steps: the same weights, optimizer and metrics."""
    monkeypatch.setattr(trainer, "READ", 1)
    plan = recipe(steps=24)
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    whole.mkdir(), halves.mkdir()
    train(plan, corpus(), out=whole, device="cpu")
    reporter = StopAt(12 * 16)
    assert train(plan, corpus(), out=halves, device="cpu", reporter=reporter, stop=reporter.flag)[0] is Ended.ASKED
    assert len(lines(halves)) == 2
    assert train(plan, corpus(), out=halves, device="cpu", resume=True)[0] is Ended.STEPS
    assert tensors_digest(whole / CHECKPOINT) == tensors_digest(halves / CHECKPOINT)
    assert tensors_digest(whole / WEIGHTS) == tensors_digest(halves / WEIGHTS)
    assert [r["validation"] for r in lines(whole)] == [r["validation"] for r in lines(halves)]


def test_what_was_logged_after_the_checkpoint_is_forgotten(tmp_path: Path) -> None:
    train(recipe(steps=10), corpus(), out=tmp_path, device="cpu")
    before = (tmp_path / METRICS).read_text()
    with (tmp_path / METRICS).open("a") as file:
        file.write(json.dumps({**json.loads(before.splitlines()[-1]), "step": 15}) + "\n")
    assert train(recipe(steps=10), corpus(), out=tmp_path, device="cpu", resume=True)[0] is Ended.STEPS
    assert (tmp_path / METRICS).read_text() == before


def test_equal_seeds_give_equal_weights_and_touch_no_global_generator(tmp_path: Path) -> None:
    torch.manual_seed(3)
    before, found = torch.get_rng_state(), []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        (tmp_path / name).mkdir()
        train(recipe(seed=seed, steps=5), corpus(), out=tmp_path / name, device="cpu")
        found.append(tensors_digest(tmp_path / name / WEIGHTS))
    assert found[0] == found[1] != found[2]
    assert torch.equal(before, torch.get_rng_state())


def test_without_latent_behaviour_there_is_no_executor_and_no_demonstration_is_read(tmp_path: Path) -> None:
    class TokensOnly(Corpus):
        def column(self, name: str, index=slice(None)):
            assert name in ("tokens", "lengths")
            return super().column(name, index)

    source = TokensOnly(corpus().columns, corpus().layout)
    _, best = train(recipe(losses={"latent_behavior": 0}), source, out=tmp_path, device="cpu")
    assert "executor" not in best["validation"]
    assert LatentModel.load(tmp_path).network.executor is None


def test_a_loss_that_is_no_number_ends_it_naming_step_and_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = trainer.total
    calls = iter(range(100))

    def poisoned(terms, plan):
        return total(terms, plan) * (float("nan") if next(calls) == 2 else 1.0)

    monkeypatch.setattr(trainer, "total", poisoned)
    with pytest.raises(LeapsError, match=r"step 3: the loss is nan, on programs \d+, ") as caught:
        train(recipe(), corpus(), out=tmp_path, device="cpu")
    assert "lr" in str(caught.value.hint)
    assert not (tmp_path / CHECKPOINT).exists()


def test_time_ends_it_with_a_model(tmp_path: Path) -> None:
    ended, best = train(recipe(steps=10**6, max_time=0.5), corpus(), out=tmp_path, device="cpu")
    assert ended is Ended.TIME and best["step"] < 10**6
    assert LatentModel.load(tmp_path).latent == 16


def test_the_cosine_comes_down_in_the_time_there_is() -> None:
    plan = recipe(steps=1000, max_time=100.0, optimizer={"lr": 1e-3, "warmup": 9, "schedule": "cosine"})
    assert last_step(plan, 100, 5.0) == 1000  # fast enough: the clock has no say
    assert last_step(plan, 100, 20.0) == 500
    assert learning_rate(plan, 0, 500) == pytest.approx(1e-4)
    assert learning_rate(plan, 250, 500) == pytest.approx(5e-4)
    assert learning_rate(plan, 500, 500) == pytest.approx(0)
    flat = recipe(optimizer={"lr": 1e-3, "schedule": "constant"})
    assert learning_rate(flat, 999, 1000) == 1e-3


def test_a_split_without_programs_is_refused(tmp_path: Path) -> None:
    source = corpus()
    only = Corpus(source.columns[np.flatnonzero(source.columns.split == 0)], source.layout)
    with pytest.raises(InputError, match="0 to validate with"):
        train(recipe(), only, out=tmp_path, device="cpu")


@pytest.mark.parametrize(("before", "after"), [("off", "fp16"), ("fp16", "off"), ("bf16", "fp16")])
def test_a_training_goes_on_in_another_precision(tmp_path: Path, before: str, after: str) -> None:
    """As `amp: auto` chooses it: fp16 has a loss scale, the others have none."""
    train(recipe(amp=before, steps=5), corpus(), out=tmp_path, device="cpu")
    train(recipe(amp=after, steps=10), corpus(), out=tmp_path, device="cpu", resume=True)
    assert [line["step"] for line in lines(tmp_path)] == [5, 10]


@pytest.mark.parametrize("amp", ["bf16"])
def test_mixed_precision_learns_on_the_cpu_too(tmp_path: Path, amp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "RECONSTRUCTS", -1.0)
    train(recipe(amp=amp, steps=20, losses={"behavior": 0.1}), corpus(), out=tmp_path, device="cpu")
    records = lines(tmp_path)
    assert records[-1]["validation"]["tokens"] < records[0]["validation"]["tokens"]


def test_a_resumed_training_never_has_more_programs_than_it_will_have(tmp_path: Path, monkeypatch) -> None:
    """Ended by its time, beyond the step that it last foresaw, it goes on with more time."""
    told: list[Done] = []
    stop = StopFlag()

    class Listener(Silent):
        def update(self, event: Done) -> None:
            told.append(event)
            if len(told) == most:
                stop.request()

    monkeypatch.setattr(trainer, "READ", 2)
    plan, most = recipe(steps=100_000, max_time=0.5), 0
    assert train(plan, corpus(), out=tmp_path, device="cpu", reporter=Listener())[0] is Ended.TIME
    assert told[-1].done == told[-1].total
    ended = len(told)
    more, most = plan.model_copy(update={"max_time": 600}), ended + 5
    train(more, corpus(), out=tmp_path, device="cpu", reporter=Listener(), stop=stop, resume=True)
    assert told[ended].total is not None and told[ended].total > told[ended].done > 0
    assert all(event.total is not None and event.done <= event.total for event in told[ended:])
