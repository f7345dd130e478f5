"""Quality of a program embedding on programs it was not trained on: reconstruction, and what vectors decode to.

Axes: P programs, N worlds, C choices (tokens that the grammar did not force), Z latent.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.vae.device import moved
from leapscli.vae.evaluation.behaviour_comparison import Probe
from leapscli.vae.model import LatentModel, Vectors
from leapscli.vae.networks.packing import by_length, pack_programs, pack_tokens
from leapscli.vae.training.losses import kl_by_dimension

ACTIVE = 0.01  # nats of KL from which a dimension counts as used
Record = dict[str, Any]
BUCKETS = {"all": (0, 1000), "under 20": (0, 20), "20 to 29": (20, 30), "30 or more": (30, 1000)}  # tokens


def reconstruction(model: LatentModel, tokens: TokenBatch, probe: Probe) -> Record:
    """Encode to the mean and decode greedily; by length and for all of the programs, shares:

    `exact` programs that come back token by token (with the standard error of that share), `refined` those that do once
    their vectors are refined (refinement.py; None for a model that has not learnt to reconstruct), `traces_equal` of
    their runs in which the decoded program does just what the original does, `token_accuracy` of choices under teacher
    forcing.
    """
    means = model.encode(tokens, refine=0)
    decoded = model.decode_tokens(means)
    exact = decoded.hashes() == tokens.hashes()
    refined = exact | comes_back(model, tokens, ~exact) if model.reconstructs else None
    alike = probe.equal(tokens, decoded)
    right, choices = _tokens_right(model, tokens, means)
    found: Record = {}
    for name, (low, high) in BUCKETS.items():
        rows = (tokens.lengths >= low) & (tokens.lengths < high)
        count = int(rows.sum())
        share = _mean(exact[rows])
        error = None if share is None else float(np.sqrt(share * (1 - share) / count))
        accuracy = float(right[rows].sum() / choices[rows].sum()) if count else None
        found[name] = {
            "programs": count,
            "exact": share,
            "standard_error": error,
            "refined": None if refined is None else _mean(refined[rows]),
        }
        found[name] |= {"traces_equal": _mean(alike[rows]), "token_accuracy": accuracy}
    return found


def comes_back(model: LatentModel, tokens: TokenBatch, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """bool[P]: of the programs chosen by `which`, those that refined vectors decode to."""
    found = np.zeros(len(tokens), np.bool_)
    rows = np.flatnonzero(which)
    found[rows] = model.decode_tokens(model.encode(tokens[rows])).hashes() == tokens[rows].hashes()
    return found


@torch.inference_mode()
def latent(model: LatentModel, tokens: TokenBatch) -> Record:
    """KL(q(z | program) ‖ N(0, 1)) of each dimension, in nats, and how many of them are in use."""
    total = torch.zeros(model.latent, dtype=torch.float64)
    order = by_length(tokens.lengths)
    for at in range(0, len(order), model.chunk):
        packed, sizes = pack_tokens(tokens[order[at : at + model.chunk]])
        mean, log_sigma = model.network.encoder(moved(packed, model.device), sizes)
        total += kl_by_dimension(mean, log_sigma).double().cpu() * len(mean)
    kl = (total / len(tokens)).numpy()
    return {
        "dimensions": model.latent,
        "active": int((kl > ACTIVE).sum()),
        "kl": float(kl.mean()),
        "kl_total": float(kl.sum()),
        "kl_by_dimension": [round(float(value), 5) for value in kl],
    }


def population(tokens: TokenBatch, probe: Probe) -> Record:
    """Shares of a set of programs that are `distinct` and `valid`, and that end.

    `runs_end` under 220 calls and under 10,000 primitives; under the latter, the programs that `end_somewhere`, on at
    least one of the worlds, and those that `end_everywhere`.
    """
    ends = probe.ends(tokens)
    return {
        "programs": len(tokens),
        "distinct": len(np.unique(tokens.hashes())) / len(tokens),
        "valid": float(tokens.valid().mean()),
        "runs_end": {"calls:220": float(ends.calls.mean()), "primitives:10000": float(ends.primitives.mean())},
        "end_somewhere": float(ends.primitives.any(1).mean()),
        "end_everywhere": float(ends.primitives.all(1).mean()),
    }


@torch.inference_mode()
def _tokens_right(model: LatentModel, tokens: TokenBatch, means: Vectors) -> tuple[Any, Any]:
    """int64[P] each: choices that the decoder would make as the program does, and all choices."""
    right, choices = np.zeros(len(tokens), np.int64), np.zeros(len(tokens), np.int64)
    order = by_length(tokens.lengths)
    for at in range(0, len(order), model.chunk):
        rows = order[at : at + model.chunk]
        packed = pack_programs(tokens[rows]).to(model.device)
        logits = model.network.decoder(moved(torch.from_numpy(means[rows]), model.device), packed)
        same = (logits.argmax(1) == packed.targets).cpu().numpy()
        program = np.concatenate([np.arange(n) for n in packed.input_sizes])[packed.at.cpu().numpy()]  # [C]
        right[rows] = np.bincount(program, same, minlength=len(rows)).astype(np.int64)
        choices[rows] = np.bincount(program, minlength=len(rows))
    return right, choices


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None
