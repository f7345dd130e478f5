"""Random programs of the paper's distribution, millions a second.

The productions' probabilities and both limits are those of the published generator (LEAPS, karel_env/dsl/dsl_prob.py):
`stmt` is drawn top-down; depth counts productions, two for every statement within a statement (a sequence is
`stmt stmt`), so that depth 6 means bodies of at most 8 statements and nesting of at most 3.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.diagnostics import NESTING_LIMIT
from leapscli.dsl.grammar import SHORTEST_PROGRAM
from leapscli.dsl.vocabulary import ACTION_TOKENS, ACTIONS, MAX_TOKENS
from leapscli.seeding import stream_key


@dataclass(frozen=True)
class Probabilities:
    """Of each production. `statements`: while, repeat, sequence, action, if, ifelse; each tuple sums to 1.

    `perceptions` in the order of vocabulary.PERCEPTIONS, `actions` in that of vocabulary.ACTIONS; `negation` is the
    probability that a condition is a negated perception.
    """

    statements: tuple[float, float, float, float, float, float] = (0.15, 0.03, 0.5, 0.2, 0.08, 0.04)
    perceptions: tuple[float, float, float, float, float] = (0.5, 0.15, 0.15, 0.1, 0.1)
    actions: tuple[float, float, float, float, float] = (0.5, 0.15, 0.15, 0.1, 0.1)
    negation: float = 0.1

    def __post_init__(self) -> None:
        for field, value in zip(fields(self), astuple(self), strict=True):
            parts = value if isinstance(value, tuple) else (value, 1 - value)
            if min(parts) < 0 or abs(sum(parts) - 1) > 1e-9:
                raise ValueError(f"{field.name} are no probabilities that sum to 1: {value}")


PAPER = Probabilities()


def sample_programs(
    count: int,
    seed: int,
    *,
    first: int = 0,
    max_tokens: int = MAX_TOKENS,
    max_depth: int = 6,
    max_nesting: int = 4,
    probabilities: Probabilities = PAPER,
) -> TokenBatch:
    """`count` random programs, padded to `max_tokens`. Program i is a function of (seed, first + i) and the limits.

    They are not distinct: about 45% of the first 200,000 are repeats, which the caller drops. A draw longer than
    `max_tokens` is drawn again; ValueError where the limits and probabilities leave no program.
    """
    _require(count >= 0 and first >= 0, f"count and first are not negative: {count}, {first}")
    _require(
        SHORTEST_PROGRAM <= max_tokens <= 1000, f"max_tokens lies between {SHORTEST_PROGRAM} and 1000: {max_tokens}"
    )
    _require(0 <= max_depth <= 1000, f"max_depth lies between 0 and 1000: {max_depth}")
    _require(0 <= max_nesting <= NESTING_LIMIT, f"max_nesting lies between 0 and {NESTING_LIMIT}: {max_nesting}")
    from leapscli.dsl.compiled import grower

    ids, lengths = np.empty((count, max_tokens), np.uint8), np.empty(count, np.int32)
    drawn_from = chances(probabilities, max_depth, max_nesting)
    status = grower.sample_rows(stream_key(seed, "programs"), first, drawn_from, ids, lengths)
    _require(status == grower.DONE, f"no program of at most {max_tokens} tokens in {grower.TRIES} draws")
    return TokenBatch(ids, lengths)


def chances(probabilities: Probabilities = PAPER, max_depth: int = 6, max_nesting: int = 4) -> Any:
    """The same, as the compiled sampler takes it (`grower.Chances`)."""
    from leapscli.dsl.compiled import grower

    order = [ACTIONS.index(action) for action in ACTION_TOKENS]
    return grower.Chances(
        np.cumsum(probabilities.statements),
        np.cumsum(probabilities.perceptions),
        np.cumsum(np.array(probabilities.actions)[order]),
        float(probabilities.negation),
        max_depth,
        max_nesting,
    )


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
