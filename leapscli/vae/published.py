"""Weights of the published code (github.com/clvrai/leaps, `best_valid_params.ptp`): read as data, never executed.

Its checkpoint is a pickled list whose first entry is the state dict of a `ProgramVAE`. Encoder and decoder are ours
under other names: nn.GRU's gates are in our order, and both concatenate [embedding, z] and [h, embedding, z]. The MLP
of its neural executor (`condition_policy`) has a layer more than ours, so the executor is left out: encoding, decoding
and searching do without.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from leapscli.dsl.vocabulary import VOCABULARY_SIZE
from leapscli.errors import InputError
from leapscli.vae.network import Network, Shape

V = VOCABULARY_SIZE
# Our parameters and theirs; shapes in tokens V and units K.
NAMES = {
    "encoder.embedding.weight": "vae.encoder.token_encoder.weight",
    "encoder.gru.weight_ih": "vae.encoder.gru.weight_ih_l0",
    "encoder.gru.weight_hh": "vae.encoder.gru.weight_hh_l0",
    "encoder.gru.bias_ih": "vae.encoder.gru.bias_ih_l0",
    "encoder.gru.bias_hh": "vae.encoder.gru.bias_hh_l0",
    "encoder.mean.weight": "vae._enc_mu.weight",
    "encoder.mean.bias": "vae._enc_mu.bias",
    "encoder.log_sigma.weight": "vae._enc_log_sigma.weight",
    "encoder.log_sigma.bias": "vae._enc_log_sigma.bias",
    "decoder.embedding.weight": "vae.decoder.token_encoder.weight",
    "decoder.gru.weight_ih": "vae.decoder.gru.weight_ih_l0",
    "decoder.gru.weight_hh": "vae.decoder.gru.weight_hh_l0",
    "decoder.gru.bias_ih": "vae.decoder.gru.bias_ih_l0",
    "decoder.gru.bias_hh": "vae.decoder.gru.bias_hh_l0",
    "decoder.head.weight": "vae.decoder.token_output_layer.0.weight",
    "decoder.head.bias": "vae.decoder.token_output_layer.0.bias",
    "decoder.out.weight": "vae.decoder.token_output_layer.2.weight",
    "decoder.out.bias": "vae.decoder.token_output_layer.2.bias",
}
LEFT_OUT = {
    "condition_policy.": "the neural executor: its MLP has three layers, ours two",
    "vae.decoder.critic": "the critic of actor-critic training",
}
# What else the published code can write, and why it is of no use here.
FOREIGN = {
    "vae.encoder.lstm.": "an LSTM (rnn_type LSTM); ours is a GRU",
    "vae.decoder.eop_output_layer.": "a second head for the end of the program (two_head); ours has one head",
}
HINT = "only checkpoints of clvrai/leaps with rnn_type GRU, one head and the full DSL can be read"


def read_published(path: Path) -> tuple[Network, list[str]]:
    """A checkpoint as a network without executor, and what was left out. Raises InputError with all that is amiss."""
    state = _state_dict(path)
    if problems := _problems(state):
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise InputError(f"{path}: these weights do not fit:{lines}", HINT)
    units = len(state[NAMES["encoder.mean.bias"]])
    network = Network(Shape(hidden=units, latent=units, executor=False))
    network.load_state_dict({ours: state[theirs].float() for ours, theirs in NAMES.items()})
    notes = [f"{why} ({prefix}*)" for prefix, why in LEFT_OUT.items() if any(key.startswith(prefix) for key in state)]
    return network, notes


def _state_dict(path: Path) -> Mapping[str, Tensor]:
    """The first entry of the list in the file."""
    found = _load(path)
    if not isinstance(found, list) or not found:
        raise InputError(f"{path}: holds {_kind(found)}, not a list whose first entry is a state dict", HINT)
    state = found[0]
    if not isinstance(state, Mapping) or not all(map(_is_entry, state.items())):
        raise InputError(f"{path}: its list begins with {_kind(state)}, not a dict of tensors", HINT)
    return state


def _is_entry(item: tuple[Any, Any]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], Tensor)


def _load(path: Path) -> Any:
    """Everything in the file, tensors and plain containers only."""
    if not path.is_file():
        raise InputError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}")
    try:
        with warnings.catch_warnings(action="ignore"):
            return torch.load(path, map_location="cpu", weights_only=True)
    except PermissionError as error:
        raise InputError(f"{path}: cannot be read: permission denied") from error
    except Exception as error:  # a pickle that is damaged, or none, fails in any way it likes
        name = re.search(r"GLOBAL (\S+)|[Uu]nsupported (?:global|class) (\S+)", str(error))
        if name:
            hint = "take the state dict out of it with the program that wrote it"
            raise InputError(f"{path}: refused: unpickling would call {name[1] or name[2]}", hint) from error
        raise InputError(f"{path}: no PyTorch checkpoint, or a damaged one", HINT) from error


def _problems(state: Mapping[str, Tensor]) -> list[str]:
    """Everything that keeps a state dict from being ours, one line each."""
    foreign = {prefix: why for prefix, why in FOREIGN.items() if any(key.startswith(prefix) for key in state)}
    if foreign:
        return [f"{prefix}*: {why}" for prefix, why in foreign.items()]
    problems = [f"{theirs}: missing" for theirs in NAMES.values() if theirs not in state]
    problems += [f"{key}: not known" for key in state if not key.startswith((*LEFT_OUT, *NAMES.values()))]
    if problems:
        return problems
    tokens, units = (_length(state[NAMES[name]]) for name in ("encoder.embedding.weight", "encoder.mean.bias"))
    if tokens != V:
        return [f"a vocabulary of {tokens} tokens, not of {V}; the simplified DSL has fewer"]
    if not units:
        return [f"{NAMES['encoder.mean.bias']}: empty"]
    for ours, shape in _shapes(units).items():
        tensor = state[NAMES[ours]]
        if tuple(tensor.shape) != shape:
            problems.append(f"{NAMES[ours]}: {list(tensor.shape)}, should be {list(shape)} for {units} units")
        elif not tensor.is_floating_point() or not bool(tensor.isfinite().all()):
            problems.append(f"{NAMES[ours]}: not all finite numbers")
    return problems


def _shapes(k: int) -> dict[str, tuple[int, ...]]:
    """The shapes of our parameters with K units and as many latent dimensions."""
    inputs = {"encoder": V, "decoder": V + k}
    shapes: dict[str, tuple[int, ...]] = {}
    for side, width in inputs.items():
        shapes |= {f"{side}.embedding.weight": (V, V), f"{side}.gru.weight_ih": (3 * k, width)}
        shapes |= {
            f"{side}.gru.weight_hh": (3 * k, k),
            f"{side}.gru.bias_ih": (3 * k,),
            f"{side}.gru.bias_hh": (3 * k,),
        }
    linear = {
        "encoder.mean": (k, k),
        "encoder.log_sigma": (k, k),
        "decoder.head": (k, k + V + k),
        "decoder.out": (V, k),
    }
    for name, (rows, columns) in linear.items():
        shapes |= {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}
    return shapes


def _length(tensor: Tensor) -> int:
    return len(tensor) if tensor.ndim else 0


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}" + (" without entries" if isinstance(value, list) else "")
