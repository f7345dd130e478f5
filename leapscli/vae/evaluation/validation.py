"""Validation of the embedding on programs it was not trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.recipes.model import ModelRecipe
from leapscli.seeding import stream_key
from leapscli.vae.decoding.backend import decoding
from leapscli.vae.device import Precision, generator
from leapscli.vae.evaluation.behaviour_comparison import Probe
from leapscli.vae.evaluation.quality import ACTIVE, population
from leapscli.vae.networks.network import Network
from leapscli.vae.networks.packing import PackedDemos
from leapscli.vae.training.data import Programs, Reads, in_order
from leapscli.vae.training.running_means import SCALARS
from leapscli.vae.training.terms import Terms, terms_of, total

LONG = 30  # programs of so many tokens or more are reported by themselves
WORLDS, PRIOR = 32, 256  # on which programs are run, and how many vectors of N(0, I) are decoded


@torch.no_grad()
def validate(network: Network, programs: Programs, recipe: ModelRecipe, precision: Precision) -> dict[str, Any]:
    """Losses and accuracies under teacher forcing, greedy reconstruction from μ, behaviour; plain numbers.

    What programs do is seen on random worlds, always the same ones, that no demonstration is from.
    """
    network.eval()
    noise = generator(precision.device, int(stream_key(recipe.seed, "validation")))
    reads = Reads(recipe.demos_per_program if network.executor else 0)
    decode, parts = decoding(network.decoder), []
    decoded = np.empty((len(programs), MAX_TOKENS), np.uint8)
    for batch in in_order(programs, recipe.optimizer.batch, reads):
        moved = batch.to(precision.device)
        terms, _ = terms_of(network, moved, precision, noise)
        terms["loss"] = total(terms, recipe)
        parts.append((len(batch.rows), terms, _traces_right(moved.demos, terms)))
        mean, _ = network.encoder(moved.programs.tokens, moved.programs.sizes)
        decoded[programs.places(batch.rows)] = decode(mean).cpu().numpy()
    z = torch.randn(min(PRIOR, len(programs)), network.shape.latent, generator=noise, device=precision.device)
    samples = TokenBatch.from_ids(decode(z).cpu().numpy())
    network.train()
    grid, key = programs.source.layout, int(stream_key(recipe.seed, "validation", "worlds"))
    probe = Probe(random_worlds(WORLDS, key, height=grid.height, width=grid.width))
    return _summary(parts) | _back(programs.tokens, TokenBatch.from_ids(decoded), probe) | _prior(samples, probe)


def _back(tokens: TokenBatch, decoded: TokenBatch, probe: Probe) -> dict[str, Any]:
    """The share of programs that are reconstructed from their means, and the similarity of their behaviour."""
    exact = decoded.hashes() == tokens.hashes()
    long = exact[tokens.lengths >= LONG]
    return {
        "reconstruction": float(exact.mean()),
        "reconstruction_long": float(long.mean()) if len(long) else None,
        "traces_equal": float(probe.equal(tokens, decoded).mean()),
    }


def _prior(samples: TokenBatch, probe: Probe) -> dict[str, Any]:
    """Decode vectors from N(0, I)."""
    found = population(samples, probe)
    return {"prior_distinct": found["distinct"], "prior_ends": found["runs_end"]["primitives:10000"]}


def _summary(parts: list[tuple[int, Terms, float | None]]) -> dict[str, Any]:
    """The means over batches, weighted by their programs."""
    weights = np.array([count for count, _, _ in parts]) / sum(count for count, _, _ in parts)

    def mean(values: list[Any]) -> Any:
        return sum(w * v for w, v in zip(weights, values, strict=True))

    found: dict[str, Any] = {
        name: float(mean([t[name].item() for _, t, _ in parts])) for name in SCALARS if name in parts[0][1]
    }
    by_dimension = mean([t["kl_by_dimension"].cpu().double() for _, t, _ in parts])
    found["active_units"] = int((by_dimension > ACTIVE).sum())
    if parts[0][2] is not None:
        found["trace_accuracy"] = float(mean([traces for _, _, traces in parts]))
    return found


def _traces_right(demos: PackedDemos | None, terms: Terms) -> float | None:
    """The share of demonstrations in which every action, and the stop, is what the executor would do."""
    if demos is None or "right" not in terms:
        return None
    row = torch.cat([torch.arange(n, device=demos.rows.device) for n in demos.sizes])  # [U]
    whole: Tensor = torch.ones(len(demos.rows), device=row.device)
    return float(whole.scatter_reduce_(0, row, terms["right"].float(), "amin").mean())
