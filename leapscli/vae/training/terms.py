"""One batch through the networks: the terms of the loss, and what is counted on the way."""

from __future__ import annotations

import torch
from torch import Tensor

from leapscli.recipes.model import ModelRecipe
from leapscli.vae.device import Noise, Precision
from leapscli.vae.networks.encoder import sample
from leapscli.vae.networks.network import Network
from leapscli.vae.training.data import Batch
from leapscli.vae.training.losses import executor_loss, kl_by_dimension, token_loss
from leapscli.vae.training.program_behaviour import behavior_loss

Terms = dict[str, Tensor]
Counts = dict[str, int]


def terms_of(
    network: Network, batch: Batch, precision: Precision, generator: torch.Generator, *, behavior: bool = False
) -> tuple[Terms, Counts]:
    """Scalars on the device, none of them read: `tokens`, `kl`, `executor`, `behavior` (the losses), and accuracies.

    `kl_by_dimension` is [Z], and `right`, only for batches with demonstrations, bool[U]. `behavior` asks for L_R.
    Beside them, how many tokens, programs or moments each scalar is the mean of.
    """
    noise = Noise(precision.device, generator, len(batch.rows), batch.part)
    with precision.autocast():
        mean, log_sigma = network.encoder(batch.programs.tokens, batch.programs.sizes)
        z = sample(mean, log_sigma, noise)
        logits = network.decoder(z, batch.programs)
        actions = network.executor(z, batch.demos) if network.executor and batch.demos else None
        sampled = behavior_loss(network.decoder, z, batch.traces, noise) if behavior and batch.traces else None
    by_dimension = kl_by_dimension(mean, log_sigma)
    terms = {
        "tokens": token_loss(logits, batch.programs.targets, batch.programs.predicted),
        "kl": by_dimension.mean(),
        "kl_by_dimension": by_dimension.detach(),
        "token_accuracy": (logits.detach().argmax(1) == batch.programs.targets).float().mean(),
    }
    counts = {"tokens": batch.programs.predicted, "kl": len(z), "token_accuracy": len(logits)}
    if actions is not None and batch.demos is not None:
        terms["executor"] = executor_loss(actions, batch.demos.targets)
        terms["right"] = actions.detach().argmax(1) == batch.demos.targets
        terms["action_accuracy"] = terms["right"].float().mean()
        counts |= dict.fromkeys(("executor", "action_accuracy"), len(actions))
    if sampled is not None:
        terms["behavior"], counts["behavior"], terms["reward"] = sampled
        counts["reward"] = len(z)
    return terms, counts


def total(terms: Terms, recipe: ModelRecipe) -> Tensor:
    """L = L_P + λ_R·L_R + λ_L·L_L, with L_P = token cross-entropy + β·KL."""
    loss = terms["tokens"] + recipe.losses.beta * terms["kl"]
    if "executor" in terms:
        loss = loss + recipe.losses.latent_behavior * terms["executor"]
    if "behavior" in terms:
        loss = loss + recipe.losses.behavior * terms["behavior"]
    return loss
