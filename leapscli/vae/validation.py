"""How good the embedding is on programs it was not trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from leapscli.recipes.model import ModelRecipe
from leapscli.seeding import stream_key
from leapscli.vae.data import Array, Batch, Programs, Reads, in_order
from leapscli.vae.decode import Decoding
from leapscli.vae.device import Precision, generator
from leapscli.vae.meter import SCALARS
from leapscli.vae.network import Network
from leapscli.vae.objective import Terms, terms_of, total
from leapscli.vae.packing import PackedDemos

LONG = 30  # programs of so many tokens or more are reported by themselves
ACTIVE = 0.01  # nats of KL from which a dimension counts as used


@torch.no_grad()
def validate(network: Network, programs: Programs, recipe: ModelRecipe, precision: Precision) -> dict[str, Any]:
    """Losses and accuracies under teacher forcing, greedy reconstruction from μ, active units; plain numbers."""
    network.eval()
    noise = generator(precision.device, int(stream_key(recipe.seed, "validation")))
    reads = Reads(recipe.demos_per_program if network.executor else 0)
    decoding, parts, exact, lengths = Decoding(network.decoder), [], [], []
    for batch in in_order(programs, recipe.optimizer.batch, reads):
        moved = batch.to(precision.device)
        terms, _ = terms_of(network, moved, precision, noise)
        terms["loss"] = total(terms, recipe)
        parts.append((len(batch.rows), terms, _traces_right(moved.demos, terms)))
        exact.append(_reconstructed(network, decoding, moved, programs))
        lengths.append(programs.tokens.lengths[programs.places(batch.rows)])
    network.train()
    return _summary(parts, np.concatenate(exact), np.concatenate(lengths))


def _summary(parts: list[tuple[int, Terms, float | None]], exact: Array, lengths: Array) -> dict[str, Any]:
    """The means over batches, weighted by their programs."""
    weights = np.array([count for count, _, _ in parts]) / sum(count for count, _, _ in parts)

    def mean(values: list[Any]) -> Any:
        return sum(w * v for w, v in zip(weights, values, strict=True))

    found: dict[str, Any] = {
        name: float(mean([t[name].item() for _, t, _ in parts])) for name in SCALARS if name in parts[0][1]
    }
    by_dimension = mean([t["kl_by_dimension"].cpu().double() for _, t, _ in parts])
    found["active_units"] = int((by_dimension > ACTIVE).sum())
    found["reconstruction"] = float(exact.mean())
    long = exact[lengths >= LONG]
    found["reconstruction_long"] = float(long.mean()) if len(long) else None
    if parts[0][2] is not None:
        found["trace_accuracy"] = float(mean([traces for _, _, traces in parts]))
    return found


def _reconstructed(network: Network, decoding: Decoding, batch: Batch, programs: Programs) -> Array:
    """bool[B]: whether the greedy decoding of the mean is the program itself."""
    mean, _ = network.encoder(batch.programs.tokens, batch.programs.sizes)
    ids = decoding(mean).cpu().numpy()
    wanted = programs.tokens.ids[programs.places(batch.rows)]
    same: Array = (ids[:, : wanted.shape[1]] == wanted).all(1)
    return same


def _traces_right(demos: PackedDemos | None, terms: Terms) -> float | None:
    """The share of demonstrations in which every action, and the stop, is what the executor would do."""
    if demos is None or "right" not in terms:
        return None
    row = torch.cat([torch.arange(n, device=demos.rows.device) for n in demos.sizes])  # [U]
    whole: Tensor = torch.ones(len(demos.rows), device=row.device)
    return float(whole.scatter_reduce_(0, row, terms["right"].float(), "amin").mean())
