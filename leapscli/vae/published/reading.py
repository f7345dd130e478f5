"""Weights of the published code and of the work that followed it, as a network of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from leapscli.dsl.published import VOCABULARY_SIZE
from leapscli.errors import InputError
from leapscli.vae.networks.network import Network, Shape
from leapscli.vae.published.families import FAMILIES, Family
from leapscli.vae.published.orders import ORDERS, rows_of
from leapscli.vae.published.shapes import folds, problems_of, sizes_of
from leapscli.vae.published.state_dict import state_dict

V = VOCABULARY_SIZE
MOST = 12  # lines of a refusal
HINT = "`leaps docs models` lists the layouts that can be read; the language must be the full one"


@dataclass(frozen=True)
class Reading:
    """The choices that no entry of a file determines: the order of its tokens, and whether its decoder reads
    tanh(z).
    """

    order: str
    tanh: bool = False


@dataclass(frozen=True, eq=False)
class PublishedModel:
    """A checkpoint whose entries and shapes fit: `readings`, the likeliest first, are the ways to take it."""

    family: Family
    state: Mapping[str, Tensor]
    left_out: list[str]

    @property
    def readings(self) -> list[Reading]:
        """With the tokens as its family has them, then in the other orders, then all of that with the tanh."""
        orders = sorted(ORDERS, key=lambda order: order != self.family.order)
        return [Reading(order, tanh) for tanh in (False, True)[: 1 + self.family.tanh] for order in orders]

    @property
    def shared(self) -> bool:
        """True if encoder and decoder have the same embedding."""
        encoder, decoder = (
            self.state[self.family.names[f"{side}.embedding.weight"]] for side in ("encoder", "decoder")
        )
        return torch.equal(encoder, decoder)

    def network(self, reading: Reading) -> Network:
        """The model without executor: the same function of programs and of vectors."""
        units, latent = sizes_of(self.family, self.state)
        network = Network(Shape(hidden=units, latent=latent, executor=False, tanh=reading.tanh))
        ours = {name: self.state[theirs].double() for name, theirs in self.family.names.items()}
        if folds(self.family, self.state):
            self._fold(ours, units)
        rows = torch.from_numpy(rows_of(reading.order))
        for name in ("encoder.embedding.weight", "decoder.embedding.weight", "decoder.out.weight", "decoder.out.bias"):
            ours[name] = ours[name][rows]
        network.load_state_dict({name: tensor.float() for name, tensor in ours.items()})
        return network

    def _fold(self, ours: dict[str, Tensor], k: int) -> None:
        """HPRL's linear layers folded into what reads them: W(Fx + b) + c is (WF)x + (Wb + c)."""
        fc = {side: [self.state[f"{name}.{part}"].double() for part in ("weight", "bias")]
              for side, name in self.family.bottleneck.items()}  # fmt: skip
        weight, bias = fc["encoder"]
        for name in ("encoder.mean", "encoder.log_sigma"):
            ours[f"{name}.bias"] = ours[f"{name}.weight"] @ bias + ours[f"{name}.bias"]
            ours[f"{name}.weight"] = ours[f"{name}.weight"] @ weight
        weight, bias = fc["decoder"]
        ours["decoder.start.weight"], ours["decoder.start.bias"] = weight, bias
        for matrix, offset in (("gru.weight_ih", "gru.bias_ih"), ("head.weight", "head.bias")):
            rest, z = ours[f"decoder.{matrix}"][:, :-k], ours[f"decoder.{matrix}"][:, -k:]
            ours[f"decoder.{matrix}"] = torch.cat([rest, z @ weight], 1)
            ours[f"decoder.{offset}"] = ours[f"decoder.{offset}"] + z @ bias


def read_published(path: Path) -> PublishedModel:
    """A checkpoint, recognised by its entries. Raises InputError with what is amiss, a line each."""
    state = state_dict(path)
    family = max(FAMILIES, key=lambda family: family.found_in(state))
    if "encoder.gru.weight_ih" in state:
        raise InputError(f"{path}: a model of leaps itself", "use it where it is: --model FOLDER")
    if not family.found_in(state):
        first = ", ".join(sorted(state)[:3])
        raise InputError(f"{path}: no program embedding that is known: {len(state)} tensors ({first}, …)", HINT)
    if problems := problems_of(family, state):
        more = [f"… and {len(problems) - MOST} more"] if len(problems) > MOST else []
        lines = "".join(f"\n  {problem}" for problem in problems[:MOST] + more)
        raise InputError(f"{path}: {family.title}, but these weights do not fit:{lines}", HINT)
    left_out = dict[str, list[str]]()
    for prefix, why in family.left_out.items():
        if any(key.startswith(prefix) for key in state):
            left_out.setdefault(why, []).append(f"{prefix}*")
    return PublishedModel(family, state, [f"{why} ({', '.join(there)})" for why, there in left_out.items()])
