"""Device and precision of computations: the only place that knows.

On CUDA products run in bf16 where the device has it, else in fp16 with a loss scaler; what stays float32 may use TF32.
CPUs train in float32: bf16 products measured slower there (docs/training.md).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from leapscli.errors import InputError, LeapsError

Amp = Literal["auto", "off", "bf16", "fp16"]
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(name: str = "auto") -> torch.device:
    """`auto`: CUDA if there is any, else the CPU; or `cpu`, `cuda`, `cuda:1`. Raises InputError."""
    has_cuda = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if has_cuda else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InputError(f"no device is called {name!r}", "auto, cpu, cuda, or cuda:1") from None
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"leaps works on cpu and cuda, not on {device.type}", "use --device auto")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count() * has_cuda:
        raise InputError(f"no {device} here: PyTorch sees {torch.cuda.device_count() * has_cuda} CUDA devices",
                         "--device cpu, or install a CUDA build of PyTorch")  # fmt: skip
    return device


@dataclass(frozen=True)
class Precision:
    """The device and the dtype of products; None is float32, without autocast."""

    device: torch.device
    dtype: torch.dtype | None

    @property
    def label(self) -> str:
        """`cpu float32`, `cuda bfloat16`: for logs and manifests."""
        return f"{self.device} {str(self.dtype or torch.float32).removeprefix('torch.')}"

    @property
    def graphed(self) -> bool:
        """True where L_P is trained on padded batches of one shape, a step being one graph of kernels: on CUDA, where
        the launching of kernels bounds a step. fp16 goes the way of CPUs: its loss scale is looked at after each step.
        """
        return self.device.type != "cpu" and self.dtype is not torch.float16

    def autocast(self) -> AbstractContextManager[None]:
        """Around the networks, not around losses."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None)

    def scaler(self) -> torch.amp.GradScaler:
        """Scales the loss where fp16 would lose small gradients; elsewhere it does nothing."""
        return torch.amp.GradScaler(self.device.type, enabled=self.dtype is torch.float16)


def choose_precision(device: torch.device, amp: Amp = "auto") -> Precision:
    """The recipe's `amp` on this device."""
    if amp == "auto":
        amp = "off" if device.type == "cpu" else "bf16" if torch.cuda.is_bf16_supported(False) else "fp16"
    return Precision(device, _DTYPES.get(amp))


@contextmanager
def training_settings(device: torch.device) -> Iterator[None]:
    """Settings of the process for as long as a model is trained on `device`: faster, and no result on the CPU changes.

    On CUDA products in float32 use TF32, and cuDNN the same kernels every time. What is decoded afterwards is decoded
    in full precision. Where memory runs out, LeapsError.
    """
    if device.type == "cpu":
        keep_buffers()
        yield
        return
    precision, exact = torch.get_float32_matmul_precision(), torch.backends.cudnn.deterministic
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.deterministic = True
    try:
        yield
    except torch.OutOfMemoryError as error:
        what = str(error).partition(". GPU")[0].partition("\n")[0]
        raise LeapsError(f"{device}: {what}", "a smaller optimizer.batch, or fewer demos_per_program") from None
    finally:
        torch.set_float32_matmul_precision(precision)
        torch.backends.cudnn.deterministic = exact


@contextmanager
def one_thread() -> Iterator[None]:
    """Products on one thread: decoding a population is many small ones, and a second thread mostly waits for the first.

    Measured on two cores, hidden 128: 7,000 programs/s at population 256, against 5,100 with two threads, and 190 where
    another process keeps a core busy.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def keep_buffers() -> None:
    """Let glibc keep large freed blocks: asking the system for fresh pages would cost a step a fifth of its time."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:  # other C libraries have none
        mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD


def chunk(device: torch.device) -> int:
    """The number of programs or vectors that are worked on at once: it bounds the memory, and fills a GPU."""
    return 2048 if device.type == "cpu" else 16384


def moved(tensor: Tensor, device: torch.device) -> Tensor:
    """The same on `device`; to a GPU through pinned memory, without waiting for the copy."""
    return tensor if device.type == "cpu" else tensor.pin_memory().to(device, non_blocking=True)


def generator(device: torch.device, key: int) -> torch.Generator:
    """A generator of its own for one purpose and one step, so that no state needs saving."""
    return torch.Generator(device).manual_seed(int(key) >> 1)


@dataclass(frozen=True)
class Noise:
    """Random numbers of a batch: drawn for all its `rows`, of which `part` are wanted, as they would be without it."""

    device: torch.device
    generator: torch.Generator
    rows: int
    part: slice

    def normal(self, *shape: int) -> Tensor:
        """From N(0, 1): [B, *shape]."""
        return self._empty(shape).normal_(generator=self.generator)[self.part]

    def exponential(self, *shape: int) -> Tensor:
        """From the exponential distribution, above 0: [B, *shape]."""
        return self._empty(shape).exponential_(generator=self.generator)[self.part]

    def _empty(self, shape: tuple[int, ...]) -> Tensor:
        return torch.empty(self.rows, *shape, device=self.device)
