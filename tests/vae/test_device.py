"""Settings of the process last as long as what needs them."""

from __future__ import annotations

import pytest
import torch

from leapscli.errors import LeapsError
from leapscli.vae.device import training_settings


def settings() -> tuple[str, bool]:
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.deterministic


def test_tf32_is_for_training_alone() -> None:
    """Otherwise what is decoded after a training would differ from what is decoded alone."""
    before = settings()
    with pytest.raises(ZeroDivisionError), training_settings(torch.device("cuda")):
        assert settings() == ("high", True) != before
        _ = 1 / 0
    assert settings() == before
    with training_settings(torch.device("cpu")):
        assert settings() == before


def test_a_device_without_memory_left_is_one_line() -> None:
    full = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB of which …"
    error = pytest.raises(LeapsError, match=r"^cuda: CUDA out of memory. Tried to allocate 2.00 GiB$")
    with error as caught, training_settings(torch.device("cuda")):
        raise torch.OutOfMemoryError(full)
    assert "optimizer.batch" in str(caught.value.hint)
