"""Two processes train what one does: the same losses and weights, one hand that writes, one end for both."""

from __future__ import annotations

import json
import os
import socket
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist

from leapscli.artifacts.layout import CHECKPOINT, METRICS, WEIGHTS
from leapscli.artifacts.store import Workspace, verify
from leapscli.artifacts.weights import load_weights
from leapscli.errors import InputError, LeapsError
from leapscli.progress import Done, Silent, StopFlag
from leapscli.stages.train import prepare
from leapscli.stages.train import train as stage
from leapscli.vae.training import state, trainer
from leapscli.vae.training.distributed import Ranks
from tests.stages.models import publish_dataset
from tests.vae.corpus import corpus, recipe

PLAN = recipe(steps=11, optimizer={"batch": 15, "lr": 3e-3, "warmup": 3}, losses={"behavior": 1.0})
STEP = 7  # where one of them is asked to stop


class StopAt(Silent):
    """Asks to stop at the first look at the losses after so many programs."""

    def __init__(self, programs: float) -> None:
        self.programs, self.flag, self.said = programs, StopFlag(), 0

    def update(self, event: Done) -> None:
        self.said += 1
        if event.done >= self.programs:
            self.flag.request()


def learn(folder: Path, ranks: Ranks, stop_at: float = float("inf"), resume: bool = False) -> str:
    """Train in `folder`, with L_R from the first validation on, all looks at the losses after each step."""
    folder.mkdir(exist_ok=True)
    trainer.READ, state.RECONSTRUCTS = 1, -1.0
    reporter = StopAt(stop_at)
    ended, _ = trainer.train(
        PLAN, corpus(), out=folder, device="cpu", reporter=reporter, stop=reporter.flag, resume=resume, ranks=ranks
    )
    return str(ended)


def one_of_two(rank: int, ports: tuple[int, int], folder: Path) -> None:
    """What each of the two processes does; what it met goes into `<rank>.json`."""
    names = {"RANK": rank, "WORLD_SIZE": 2, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": 2, "TORCHELASTIC_RUN_ID": "test",
             "MASTER_ADDR": "localhost", "MASTER_PORT": ports[0], "TORCHELASTIC_USE_AGENT_STORE": "False"}  # fmt: skip
    os.environ.update({name: str(value) for name, value in names.items()})
    torch.set_num_threads(1)
    ranks, met = Ranks.launched(), dict[str, Any]()
    model = stage(prepare(recipe(steps=2), Workspace(folder), None, "leaps", "cpu"))
    met["model"] = model.reference if model else None
    os.environ["MASTER_PORT"] = str(ports[1])
    try:
        with ranks.joined(ranks.device("cpu")):
            met["whole"] = learn(folder / "whole", ranks)
            met["asked"] = learn(folder / "halves", ranks, stop_at=STEP * 15 if rank == 1 else float("inf"))
            met["step"] = load_weights(folder / "halves" / CHECKPOINT)[1]["step"]
            met["resumed"] = learn(folder / "halves", ranks, resume=True)
            if rank == 1:
                trainer.terms_of = lambda *_, **__: 1 / 0
            met["began"] = time.monotonic()
            learn(folder / "broken", ranks)
    except (LeapsError, ZeroDivisionError) as error:
        met["error"], met["seconds"] = str(error), time.monotonic() - met.pop("began")
    met["left"] = not dist.is_initialized()
    (folder / f"{rank}.json").write_text(json.dumps(met))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two processes have trained; `alone` is what one process made."""
    folder = tmp_path_factory.mktemp("two")
    publish_dataset(Workspace(folder))
    with socket.socket() as one, socket.socket() as other:
        one.bind(("localhost", 0)), other.bind(("localhost", 0))
        ports = one.getsockname()[1], other.getsockname()[1]
    processes = [get_context("spawn").Process(target=one_of_two, args=(rank, ports, folder)) for rank in range(2)]
    for process in processes:
        process.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "READ", trainer.READ), patch.setattr(state, "RECONSTRUCTS", state.RECONSTRUCTS)
        learn(folder / "alone", Ranks())
    for process in processes:
        process.join(60)
        process.kill()
    assert [process.exitcode for process in processes] == [0, 0]
    return folder


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]


def met(folder: Path, rank: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{rank}.json").read_text())
    return found


def same_weights(one: Path, other: Path, tolerance: float) -> None:
    ours, theirs = load_weights(one)[0], load_weights(other)[0]
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name].numpy(), theirs[name].numpy(), atol=tolerance, err_msg=name)


def test_losses_and_weights_are_those_of_one_process_with_the_same_batches(two: Path) -> None:
    """Batches of 15, so that the two have 8 and 7 programs; L_P, L_L and, from step 5 on, L_R."""
    alone, whole = records(two / "alone"), records(two / "whole")
    assert [line["step"] for line in whole] == [5, 10, 11] == [line["step"] for line in alone]
    assert "reward" in whole[-1]["train"]
    for ours, theirs in zip(whole, alone, strict=True):
        for part in ("train", "validation"):
            assert ours[part] == pytest.approx(theirs[part], abs=1e-5)
    same_weights(two / "whole" / CHECKPOINT, two / "alone" / CHECKPOINT, 1e-5)
    same_weights(two / "whole" / WEIGHTS, two / "alone" / WEIGHTS, 1e-5)


def test_two_processes_make_one_model_and_the_first_returns_it(two: Path) -> None:
    assert [met(two, rank)["model"] for rank in range(2)] == ["leaps@v1", None]
    (model,) = Workspace(two).list("model")
    assert verify(model) == [] and model.manifest.environment["device"] == "2 × cpu float32"


def test_both_stop_at_the_step_at_which_one_is_asked_and_go_on_to_the_same_weights(two: Path) -> None:
    for rank in range(2):
        found = met(two, rank)
        assert (found["whole"], found["asked"], found["resumed"]) == ("steps", "asked", "steps")
        assert found["step"] == STEP
    same_weights(two / "halves" / CHECKPOINT, two / "whole" / CHECKPOINT, 0.0)
    assert [r["validation"] for r in records(two / "halves")] == [r["validation"] for r in records(two / "whole")]


def test_when_one_breaks_the_other_says_so_at_once(two: Path) -> None:
    first, second = met(two, 0), met(two, 1)
    assert second["error"] == "division by zero"
    what, _, cause = first["error"].partition(": ")
    assert what == "another process of this training has ended" and cause and first["seconds"] < 10


def test_the_process_group_is_left_when_a_training_breaks(two: Path) -> None:
    """Otherwise Python's shutdown takes it down, and one time in a hundred and fifty the process aborts."""
    assert met(two, 0)["left"] and met(two, 1)["left"]


def test_more_processes_than_programs_in_a_batch_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="16 processes cannot share batches of 15"):
        trainer.train(PLAN, corpus(), out=tmp_path, device="cpu", ranks=Ranks(0, 16))


def test_without_torchrun_there_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other launchers left in the environment."""
    monkeypatch.setenv("RANK", "1"), monkeypatch.setenv("WORLD_SIZE", "2")
    assert Ranks.launched() == Ranks() and Ranks().alone


def one_of_one(port: int, folder: Path) -> None:
    """What a process does that torchrun started alone; the numbers that went round go into `sums.json`."""
    names = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0, "LOCAL_WORLD_SIZE": 1, "TORCHELASTIC_RUN_ID": "test",
             "MASTER_ADDR": "localhost", "MASTER_PORT": port, "TORCHELASTIC_USE_AGENT_STORE": "False"}  # fmt: skip
    os.environ.update({name: str(value) for name, value in names.items()})
    torch.set_num_threads(1)
    reduce, sums = dist.all_reduce, list[int]()

    def counted(values: torch.Tensor, how: Any) -> None:
        sums.append(values.numel())
        reduce(values, how)

    dist.all_reduce = counted
    ranks = Ranks.launched()
    with ranks.joined(ranks.device("cpu")):
        learn(folder / "one", ranks)
    (folder / "sums.json").write_text(json.dumps(sums))


def test_one_process_under_torchrun_takes_the_way_of_several(two: Path) -> None:
    """So a single GPU tests NCCL. Nothing comes of it but what one process makes."""
    with socket.socket() as place:
        place.bind(("localhost", 0))
        port = place.getsockname()[1]
    process = get_context("spawn").Process(target=one_of_one, args=(port, two))
    process.start()
    process.join(60)
    process.kill()
    assert process.exitcode == 0
    weights = sum(tensor.numel() for tensor in load_weights(two / "one" / WEIGHTS)[0].values())
    assert json.loads((two / "sums.json").read_text()).count(weights) == 11  # the gradients of every step
    same_weights(two / "one" / CHECKPOINT, two / "alone" / CHECKPOINT, 1e-5)


def test_a_group_that_cannot_form_names_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: Any, **__: Any) -> None:
        raise RuntimeError("The server socket has failed to listen: EADDRINUSE, port 29500\nmore of it")

    monkeypatch.setattr(dist, "init_process_group", taken)
    error = pytest.raises(LeapsError, match=r"did not meet: The server socket has failed .* port 29500$")
    with error, Ranks(0, 2, 0, 2).joined("cpu"):
        pass


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_refused_before_the_group_forms() -> None:
    with pytest.raises(InputError, match="no cuda:0 here"), Ranks(0, 2, 0, 2).joined("cuda:0"):
        pass


def test_each_process_gets_a_cuda_device_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [Ranks(1, 2, 1, 2).device(name) for name in ("auto", "cuda", "cpu")] == ["cuda:1", "cuda:1", "cpu"]
    assert Ranks().device("cuda:1") == "cuda:1"
    with pytest.raises(InputError, match="3 processes, and 2 CUDA devices"):
        Ranks(0, 3, 0, 3).device("auto")
    with pytest.raises(InputError, match="2 processes cannot share cuda:0"):
        Ranks(0, 2, 0, 2).device("cuda:0")
