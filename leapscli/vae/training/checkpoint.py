"""Checkpoints of training: weights, optimizer, loss scale, and a step number.

Order and noise follow from the seed and the step, so no generator's state needs keeping. One file, written whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from leapscli.artifacts.layout import CHECKPOINT
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
        else:
            index, _, part = rest.partition(".")
            state.setdefault(int(index), {})[part] = tensor
    load_state(network, weights, folder / CHECKPOINT)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    scaler.load_state_dict(notes.pop("scaler"))
    return notes


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
    network.load_state_dict(weights)
