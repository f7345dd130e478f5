"""A state dict out of a file, as data: tensors and plain containers, nothing called.

Either of torch.save's forms, bare or as the list that the LEAPS code writes, or inside the usual dict of a trainer; and
safetensors. Whatever else the file is, the message says so.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from leapscli.artifacts.file_types import AGAIN, WAYS_OUT, Kind, kind_of
from leapscli.errors import InputError

STATE_DICT = "save the weights alone, where the model was trained: torch.save(model.state_dict(), FILE)"
NESTED = ("state_dict", "model_state_dict", "model")  # where trainers put the weights, beside an optimizer's


def state_dict(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by name. Raises InputError, in one line and a hint, for what holds none."""
    kind = kind_of(path)
    if kind is Kind.SAFETENSORS:
        try:
            return load_file(path)
        except SafetensorError as error:
            raise InputError(f"{path}: a safetensors file that is cut short or damaged", AGAIN) from error
    if kind not in (Kind.TORCH, Kind.PICKLE, Kind.UNKNOWN):  # the older form of torch.save is a row of pickles
        hint = "datasets are read by `leaps data import`" if kind is Kind.HDF5 else WAYS_OUT.get(kind, STATE_DICT)
        raise InputError(f"{path}: {kind}, not a PyTorch checkpoint", hint)
    return _tensors(path, _unpickle(path))


def _unpickle(path: Path) -> Any:
    """Everything in a file of torch.save."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a pickle that is damaged, or none, fails in any way it likes
        name = re.search(r"GLOBAL (\S+)|[Uu]nsupported (?:global|class) (\S+)", str(error))
        if name:
            raise InputError(f"{path}: refused: unpickling would call {name[1] or name[2]}", STATE_DICT) from error
        raise InputError(f"{path}: not a PyTorch checkpoint, or one that is cut short or damaged", AGAIN) from error


def _tensors(path: Path, found: Any) -> dict[str, Tensor]:
    """The state dict in what was read, without the prefix that data-parallel training puts before every name."""
    state = found[0] if isinstance(found, list) and found else found
    if isinstance(state, Mapping):
        state = next((state[key] for key in NESTED if isinstance(state.get(key), Mapping)), state)
    if not isinstance(state, Mapping) or not state or not all(map(_is_entry, state.items())):
        raise InputError(f"{path}: holds {_kind(state)}, not a dict of tensors", STATE_DICT)
    shared = "module." if all(key.startswith("module.") for key in state) else ""
    return {key.removeprefix(shared): tensor for key, tensor in state.items()}


def _is_entry(item: tuple[Any, Any]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], Tensor)


def _kind(value: Any) -> str:
    empty = isinstance(value, list | Mapping) and not value
    return f"{'an empty' if empty else 'a'} {type(value).__name__}"
