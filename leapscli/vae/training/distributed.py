"""Training on several processes at once, one a GPU, as `torchrun` starts them: each computes its rows of every batch.

A step means the same however many take part. The batch stays the recipe's; a process takes every n-th of its rows,
which are sorted by length, so that all have as much to do. Noise is drawn for the whole batch by everyone. The terms
of the loss count by the share of the tokens, programs or moments that they are means over, so that the sum of the
gradients is that of one process with the whole batch. The first process alone validates, writes and speaks.

Numbers on the device travel by NCCL, those on the host by Gloo, which waits for no device.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from leapscli.errors import InputError, LeapsError
from leapscli.vae.device import choose_device

PATIENCE = timedelta(minutes=10)  # for one that computes while the others wait: longer than any validation
T = TypeVar("T")


@dataclass(frozen=True)
class Ranks:
    """This process, the `rank`-th of `count` that train together, `here` of them on this machine.

    Alone, every method returns what it was given. A process that torchrun started is `grouped`, even where it is the
    only one: then one GPU takes the way of many. Where one has ended, those that meet without it raise LeapsError.
    """

    rank: int = 0
    count: int = 1
    local: int = 0
    here: int = 1
    grouped: bool = False

    @classmethod
    def launched(cls) -> Ranks:
        """The ranks in torchrun's environment; alone without it."""
        if not dist.is_torchelastic_launched():
            return cls()
        rank, count, local, here = (
            int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        )
        return cls(rank, count, local, here, grouped=True)

    @property
    def alone(self) -> bool:
        """True if there is nobody to meet."""
        return self.count == 1 and not self.grouped

    @property
    def leads(self) -> bool:
        """True if this process validates, writes and reports."""
        return self.rank == 0

    @property
    def part(self) -> slice:
        """The rows of a batch that are computed here."""
        return slice(self.rank, None, self.count)

    def together(self, label: str) -> str:
        """The device of one process → that of all: `2 × cpu float32`."""
        return f"{self.count} × {label}" if self.count > 1 else label

    def device(self, name: str) -> str:
        """The device to work on, where `name` was asked for: on CUDA each process its own. Raises InputError."""
        if self.count == 1 or name == "cpu" or not torch.cuda.is_available():
            return name
        if name not in ("auto", "cuda"):
            raise InputError(f"{self.count} processes cannot share {name}", "--device auto, cpu or cuda")
        if self.here > torch.cuda.device_count():
            message = f"{self.here} processes, and {torch.cuda.device_count()} CUDA devices"
            raise InputError(message, f"--nproc-per-node {torch.cuda.device_count()}, or --device cpu")
        return f"cuda:{self.local}"

    @contextmanager
    def joined(self, device: str) -> Iterator[None]:
        """Join the process group for as long as this lasts. Raises InputError for a device that is not there.

        It is destroyed after a failure too: a group left to Python's shutdown now and then aborts the process.
        """
        if self.alone:
            yield
            return
        own = choose_device(device)
        backend, bound = ("cpu:gloo,cuda:nccl", own) if own.type == "cuda" else ("gloo", None)
        if bound is not None:
            torch.cuda.set_device(bound)  # what names no device is on this one
        with _company("the processes of this training did not meet", "each needs the same MASTER_ADDR and MASTER_PORT"):
            dist.init_process_group(backend, rank=self.rank, world_size=self.count, timeout=PATIENCE, device_id=bound)
        try:
            yield
        finally:
            dist.destroy_process_group()

    def told(self, value: T) -> T:
        """Broadcast a value of the first process to all; `value` is what it is there."""
        if self.alone:
            return value
        box = [value]
        with _company():
            dist.broadcast_object_list(box, device=torch.device("cpu"))
        return box[0]

    def largest(self, value: int) -> int:
        """The largest of all values."""
        return value if self.alone else int(self._reduced(torch.tensor(value), dist.ReduceOp.MAX))

    def shares(self, counts: Mapping[str, int]) -> dict[str, float]:
        """The share of the global counts, by name, that was counted here."""
        if self.alone:
            return dict.fromkeys(counts, 1.0)
        whole = self._reduced(torch.tensor(list(counts.values()), dtype=torch.float64), dist.ReduceOp.SUM).tolist()
        return {name: own / max(1, all_) for (name, own), all_ in zip(counts.items(), whole, strict=True)}

    def sum(self, values: Tensor) -> Tensor:
        """The sum of all processes' `values`, in place."""
        return self._reduced(values, dist.ReduceOp.SUM)

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Put the sum of all processes' gradients in the place of each one's own.

        By hand and not by DistributedDataParallel: that wraps one forward(), where here the encoder, the decoder
        (also when it samples) and the executor are called on their own, and it takes the mean, every process counting
        the same. All gradients travel as one message, 6 MB at the paper's sizes.
        """
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if self.alone or not gradients:
            return
        whole = self.sum(torch.cat([gradient.flatten() for gradient in gradients]))
        for gradient, part in zip(gradients, torch.split(whole, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def _reduced(self, values: Tensor, how: dist.ReduceOp.RedOpType) -> Tensor:
        if not self.alone:
            with _company():
                dist.all_reduce(values, how)
        return values


ALONE = Ranks()
WHY = "what it said tells why; --resume goes on from the last validation"


@contextmanager
def _company(failure: str = "another process of this training has ended", hint: str = WHY) -> Iterator[None]:
    """Around what all processes do together: an error there names its cause."""
    try:
        yield
    except RuntimeError as error:
        cause = str(error).strip().partition("\n")[0]
        raise LeapsError(f"{failure}: {cause[:100]}", hint) from error
