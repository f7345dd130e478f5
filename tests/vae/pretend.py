"""A pretended GPU: a device that computes on the CPU, refuses tensors of another device, and counts.

Real numbers flow, so whole trainings and decodings run on it. It counts operations, and what would make the host wait
for the device: numbers that are read, indices that are searched for, blocking copies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from leapscli.vae import device as places
from leapscli.vae import model
from leapscli.vae.evaluation import validation
from leapscli.vae.training import state

NAME = "pretend"
COPIES = ("aten::_to_copy", "aten::copy_")
IN_AUTOCAST = ("mm", "addmm", "linear", "matmul", "conv2d")  # the products that autocast runs in a lower precision


class _Module:
    """The functions that PyTorch asks a backend for."""

    def is_initialized(self) -> bool:
        return True

    def is_available(self) -> bool:
        return True

    def current_device(self) -> int:
        return 0

    def device_count(self) -> int:
        return 1

    def _is_in_bad_fork(self) -> bool:
        return False

    def manual_seed_all(self, seed: int) -> None:
        pass

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


_setup_privateuseone_for_python_backend(NAME, _Module())
DEVICE = torch.device(NAME, 0)
_AUTOCAST = torch.library.Library("aten", "IMPL", "AutocastPrivateUse1")
_FALLBACK = torch.library.Library("_", "IMPL", "AutocastPrivateUse1")
_FALLBACK.fallback(torch.library.fallthrough_kernel)


def _in_autocast(name: str) -> Any:
    operation = getattr(torch.ops.aten, name)
    own = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastPrivateUse1)

    def run(*args: Any, **kwargs: Any) -> Any:
        dtype = torch.get_autocast_dtype(NAME)
        low = [
            a.to(dtype) if isinstance(a, torch.Tensor) and a.dtype in (torch.float32, torch.bfloat16) else a
            for a in args
        ]
        with torch._C._ExcludeDispatchKeyGuard(own):
            return operation(*low, **kwargs)

    return run


for _name in IN_AUTOCAST:
    _AUTOCAST.impl(_name, _in_autocast(_name))


class OnDevice(torch.Tensor):
    """A tensor there; `inner` holds its numbers."""

    inner: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> OnDevice:
        return torch.Tensor._make_wrapper_subclass(  # type: ignore[attr-defined, no-any-return]
            cls, inner.shape, strides=inner.stride(), storage_offset=inner.storage_offset(), dtype=inner.dtype,
            device=DEVICE
        )  # fmt: skip

    def __init__(self, inner: torch.Tensor) -> None:
        self.inner = inner

    def __repr__(self) -> str:  # type: ignore[override]
        return f"OnDevice({self.inner})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Outside of a `Pretend` nothing runs."""
        raise RuntimeError(f"{func} on {DEVICE}, which is not there")


class Pretend(TorchDispatchMode):
    """As long as it is entered, the device is there. `operations` and `waits` count by name."""

    def __init__(self) -> None:
        super().__init__()
        self.operations, self.waits = Counter[str](), Counter[str]()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        leaves = tree_leaves((args, kwargs))
        wanted = kwargs.get("device")
        there = any(isinstance(leaf, OnDevice) for leaf in leaves)
        going = wanted is not None and torch.device(wanted).type == NAME
        if not (there or going):
            return func(*args, **kwargs)
        if torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), "CompositeImplicitAutograd"):
            with self:  # in inference mode they come undivided
                return func.decompose(*args, **kwargs)
        name = func._schema.name
        self._check(name, leaves)
        self._count(name, args, kwargs, there, going)
        found = func(*tree_map(_inner, args), **tree_map(_inner, kwargs))
        if name == "aten::_local_scalar_dense" or (name == "aten::_to_copy" and wanted is not None and not going):
            return found
        with torch.inference_mode(False):  # a view of a parameter must not be an inference tensor
            wrapped = tree_map(lambda each: OnDevice(each) if isinstance(each, torch.Tensor) else each, found)
        return return_and_correct_aliasing(func, args, kwargs, wrapped)

    def _check(self, name: str, leaves: list[Any]) -> None:
        """Of the CPU only scalars may take part, as on CUDA."""
        elsewhere = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor) and not isinstance(leaf, OnDevice)]
        if name not in COPIES and any(tensor.dim() for tensor in elsewhere):
            raise RuntimeError(f"{name}: expected all tensors to be on the same device")

    def _count(self, name: str, args: Any, kwargs: Any, there: bool, going: bool) -> None:
        self.operations[name] += 1
        if name in ("aten::_local_scalar_dense", "aten::nonzero") or _blocks(name, args, kwargs, there != going):
            self.waits[name] += 1
        if name == "aten::index" and any(i is not None and i.dtype == torch.bool for i in args[1]):
            self.waits["aten::index by bool"] += 1


def _blocks(name: str, args: Any, kwargs: Any, moves: bool) -> bool:
    """True for a copy between the devices that the host waits for."""
    if name == "aten::copy_":
        moves, waits = isinstance(args[0], OnDevice) != isinstance(args[1], OnDevice), not (len(args) > 2 and args[2])
    else:
        moves, waits = moves and kwargs.get("device") is not None, not kwargs.get("non_blocking", False)
    return name in COPIES and moves and waits


def _inner(value: Any) -> Any:
    if isinstance(value, OnDevice):
        return value.inner
    return torch.device("cpu") if isinstance(value, torch.device) and value.type == NAME else value


def _gru(inputs: torch.Tensor, start: torch.Tensor, weights: Any, *_: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """What cuDNN does in one call, step by step."""
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    state, states = start[0], []
    for gates in torch.nn.functional.linear(inputs, weight_ih, bias_ih):
        own_r, own_u, own_n = gates.chunk(3, 1)
        r, u, n = torch.nn.functional.linear(state, weight_hh, bias_hh).chunk(3, 1)
        update = torch.sigmoid(own_u + u)
        state = (1 - update) * torch.tanh(own_n + torch.sigmoid(own_r + r) * n) + update * state
        states.append(state)
    return torch.stack(states), state[None]


@contextmanager
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pretend]:
    """The device is there, and what PyTorch cannot pretend is done here: generators, pinned memory, cuDNN."""

    def generator(device: torch.device, key: int) -> torch.Generator:
        return own(torch.device("cpu") if device.type == NAME else device, key)

    own = places.generator
    for module in (places, model, state, validation):
        monkeypatch.setattr(module, "generator", generator)
    monkeypatch.setattr(model, "choose_device", torch.device)
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda self: self)
    monkeypatch.setattr(torch, "gru", _gru)
    with Pretend() as mode:
        yield mode
