"""Checkpoints of training: weights, optimizer, loss scale, and a step number.

Order and noise follow from the seed and the step, so no generator's state needs keeping. One file, written whole.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from leapscli.artifacts.layout import CHECKPOINT
from leapscli.artifacts.metrics import check_record
from leapscli.artifacts.weights import load_weights, save_weights
from leapscli.errors import ArtifactError
from leapscli.vae.networks.network import Network


def save_checkpoint(
    folder: Path,
    network: Network,
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    notes: dict[str, Any],
) -> None:
    """Write everything into `folder`; `notes` are JSON values."""
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    for i, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{i}.{name}": torch.as_tensor(value) for name, value in state.items()}
    save_weights(folder / CHECKPOINT, tensors, {**notes, "scaler": scaler.state_dict()})


def load_checkpoint(
    folder: Path, network: Network, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler
) -> dict[str, Any]:
    """Put everything back, and return the notes. Raises ArtifactError where the file is of another model."""
    tensors, notes = load_weights(folder / CHECKPOINT)
    state: dict[int, dict[str, Tensor]] = {}
    weights: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        kind, _, rest = name.partition(".")
        if kind == "network":
            weights[rest] = tensor
        elif (place := rest.partition("."))[0].isdecimal():  # of other files' tensors Adam has no moments
            state.setdefault(int(place[0]), {})[place[2]] = tensor
    load_state(network, weights, folder / CHECKPOINT)
    try:
        _check_moments(list(network.parameters()), state)
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        scale = notes.pop("scaler")
        if scale:  # of a training without a loss scale there is none: the scaler begins afresh
            scaler.load_state_dict(scale)
        _check_notes(notes)
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        reason = f"{type(error).__name__}: {str(error)[:80]}"
        raise ArtifactError(f"{folder / CHECKPOINT}: cannot be resumed ({reason})", "train without --resume") from None
    return notes


def _check_moments(parameters: list[torch.nn.Parameter], state: dict[int, dict[str, Tensor]]) -> None:
    """Raises ValueError where Adam's moments are not those of the parameters."""
    if not set(state) <= set(range(len(parameters))):
        raise ValueError("it has moments of other parameters")
    for index, moments in state.items():
        for name in ("exp_avg", "exp_avg_sq"):
            if moments[name].shape != parameters[index].shape or not torch.isfinite(moments[name]).all():
                raise ValueError(f"the {name} of parameter {index} is not of its shape, or not finite")


def _check_notes(notes: dict[str, Any]) -> None:
    """Raises ValueError or KeyError where the notes are not those of a training."""
    if not all(isinstance(notes[name], int) and notes[name] >= 0 for name in ("step", "last")):
        raise ValueError("step and last must be counts")
    if not isinstance(notes["seconds"], int | float) or not math.isfinite(notes["seconds"]):
        raise ValueError("seconds must be a number")
    records = notes["best"], notes["latest"]
    if any(records):  # there are none before the first validation
        for record in records:
            check_record(record)


def load_state(network: Network, weights: dict[str, Tensor], path: Path) -> None:
    """Give `network` its weights; one line where they don't fit."""
    own = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    for name in sorted(own.keys() | found.keys()):
        if own.get(name) != found.get(name):
            message = (
                f"{path}: {name} is {found.get(name, 'missing')}, this model has {own.get(name, 'none of that name')}"
            )
            raise ArtifactError(message, "weights and recipe are of different models")
    for name, tensor in weights.items():
        if tensor.dtype != torch.float32 or not torch.isfinite(tensor).all():
            raise ArtifactError(f"{path}: {name} holds other numbers than finite float32 ones", "train again")
    network.load_state_dict(weights)
