"""Models beside one another: how much each gives back of the same random programs, and how fast."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import WEIGHTS
from leapscli.artifacts.seen import load_seen, unseen
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.sampler import sample_programs
from leapscli.errors import InputError
from leapscli.progress import Done, Reporter, Silent
from leapscli.seeding import stream_key

DEPTHS = (6, 8, 10, 12)  # of the sampler: the published one's, and more, which gives longer programs
ENDS = (10, 20, 30, 40)  # of the ranges of lengths, in tokens
DRAWN = 8  # candidates for each program that is asked for: many are short, and repeat
Record = dict[str, Any]


def random_programs(count: int, seed: int, models: Sequence[Artifact] = ()) -> TokenBatch:
    """`count` distinct random programs of all lengths, none that these models may have learnt from, if they can tell.

    As many of each range of lengths as can be found. Raises InputError where there are too few.
    """
    parts = [
        sample_programs(DRAWN * count // len(DEPTHS), int(stream_key(seed, "compare") % 2**31), max_depth=depth)
        for depth in DEPTHS
    ]
    drawn = TokenBatch.concat(parts)
    fresh = np.zeros(len(drawn), np.bool_)
    fresh[np.unique(drawn.hashes(), return_index=True)[1]] = True
    for model in models:
        if (seen := load_seen(model)) is not None:
            fresh &= unseen(seen, drawn)
    rows = np.flatnonzero(fresh)
    ranges = np.digitize(drawn.lengths[rows], ENDS)
    turn = np.zeros(len(rows), np.int64)  # the first of each range, then the second of each, …
    for number in range(len(ENDS) + 1):
        own = ranges == number
        turn[own] = np.arange(own.sum())
    if len(rows) < count:
        raise InputError(f"{len(rows):,} random programs that no model has seen, not {count:,}", "ask for fewer")
    return drawn[np.sort(rows[np.argsort(turn, kind="stable")[:count]])]


def compare(
    models: Sequence[Artifact], programs: int, seed: int, reporter: Reporter[Done] | None = None
) -> list[Record]:
    """A record for each model: the share of the programs that it gives back exactly from the encoder's means, by
    length, the share from refined vectors, and its speed.
    """
    from leapscli.vae.evaluation.quality import comes_back
    from leapscli.vae.model import LatentModel

    reporter = reporter or Silent()
    tokens = random_programs(programs, seed, models)
    ranges = np.digitize(tokens.lengths, ENDS)
    records = []
    reporter.start("comparing", len(models), "models")
    for done, artifact in enumerate(models, 1):
        model = LatentModel.load(artifact.file(WEIGHTS))
        z = model.encode(tokens, refine=0)
        began = time.perf_counter()
        back = model.decode_tokens(z)
        seconds = time.perf_counter() - began
        same = back.hashes() == tokens.hashes()
        refined = same | comes_back(model, tokens, ~same) if model.reconstructs else None
        shares = {name_of(i): float(same[ranges == i].mean()) for i in range(len(ENDS) + 1) if (ranges == i).any()}
        records.append(
            {
                "model": artifact.reference,
                "weights": sum(parameter.numel() for parameter in model.network.parameters()),
                "latent": model.latent,
                "programs": len(tokens),
                "exact": float(same.mean()),
                **{f"exact_{name}": share for name, share in shares.items()},
                "refined": None if refined is None else float(refined.mean()),
                "decoded_per_second": round(len(tokens) / seconds, 1),
            }
        )
        reporter.update(Done(done))
    return records


def name_of(number: int) -> str:
    """The name of a range of lengths: `under_10`, `10_to_19`, …, `from_40`."""
    if number == 0:
        return f"under_{ENDS[0]}"
    return f"from_{ENDS[-1]}" if number == len(ENDS) else f"{ENDS[number - 1]}_to_{ENDS[number] - 1}"
