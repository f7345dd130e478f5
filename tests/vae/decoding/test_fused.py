"""The kernel for GPUs writes what the loop writes; in Triton's interpreter (interpreted.py)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from leapscli.dsl.batch import TokenBatch
from leapscli.vae.decoding import backend
from leapscli.vae.decoding.backend import decoding, search_device
from leapscli.vae.decoding.loop import Decoding
from tests.vae.decoding.interpreted import ROWS, SHAPES, decoder_of

pytest.importorskip("triton")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Ids by case."""
    path = tmp_path_factory.mktemp("fused") / "written.npz"
    command = [sys.executable, "-m", "tests.vae.decoding.interpreted", str(path)]
    root = Path(__file__).parents[3]
    subprocess.run(command, check=True, cwd=root, env={**os.environ, "TRITON_INTERPRET": "1"}, timeout=300)
    return np.load(path)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("way", ["greedy", "sampled"])
def test_it_writes_what_the_loop_writes(written: Any, shape: str, way: str) -> None:
    wanted, found = written[f"{shape}-{way}-loop"], written[f"{shape}-{way}-kernel"]
    assert found.shape == wanted.shape == (ROWS, 45) and found.dtype == np.uint8
    tokens = TokenBatch.from_ids(found)
    assert tokens.valid().all() and len(set(tokens.texts())) > 5 and len(set(tokens.lengths.tolist())) > 2
    assert (found == wanted).all(1).mean() >= 0.97  # ties in the last bit


def test_a_decoder_that_would_never_stop_is_stopped_by_the_grammar(written: Any) -> None:
    tokens = TokenBatch.from_ids(written["endless"])
    assert tokens.valid().all() and 40 < tokens.lengths.max() <= 45


def test_no_vectors_are_no_programs(written: Any) -> None:
    assert written["none"].shape == (0, 45)


def test_only_sizes_that_the_kernel_takes_are_given_to_it(written: Any) -> None:
    assert written["fits"].tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("cuda", "triton", "device"), [(False, True, "cpu"), (True, False, "cpu"), (True, True, "cuda")]
)
def test_searches_take_a_gpu_where_the_kernel_is(
    cuda: bool, triton: bool, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a GPU is no faster than a core, for the few vectors of an iteration."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: int(cuda))
    monkeypatch.setattr(backend, "find_spec", lambda name: object() if triton else None)
    assert search_device("auto").type == device
    if cuda:
        assert search_device("cuda").type == "cuda"


def test_a_cpu_decodes_by_the_loop() -> None:
    assert isinstance(decoding(decoder_of(32, 32)), Decoding)
