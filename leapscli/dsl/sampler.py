"""Random programs of the paper's distribution, millions a second.

The productions' probabilities and both limits are those of the published generator (LEAPS, karel_env/dsl/dsl_prob.py):
`stmt` is drawn top-down; depth counts productions, two for every statement within a statement (a sequence is
`stmt stmt`), so that depth 6 means bodies of at most 8 statements and nesting of at most 3.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.diagnostics import NESTING_LIMIT
from leapscli.dsl.grammar import SHORTEST_PROGRAM
from leapscli.dsl.probabilities import Probabilities
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import MAX_TOKENS, Vocabulary
from leapscli.seeding import stream_key


def sample_programs(
    count: int,
    seed: int,
    *,
    first: int = 0,
    max_tokens: int = MAX_TOKENS,
    max_depth: int = 6,
    max_nesting: int = 4,
    probabilities: Probabilities | None = None,
    vocabulary: Vocabulary = PUBLISHED,
) -> TokenBatch:
    """`count` random programs, padded to `max_tokens`. Program i is a function of (seed, first + i) and the limits.
    The `probabilities` are the vocabulary's unless told.

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
    drawn_from = chances(vocabulary, probabilities, max_depth, max_nesting)
    status = grower.sample_rows(stream_key(seed, "programs"), first, drawn_from, ids, lengths)
    _require(status == grower.DONE, f"no program of at most {max_tokens} tokens in {grower.TRIES} draws")
    return TokenBatch(ids, lengths, vocabulary)


def chances(
    vocabulary: Vocabulary = PUBLISHED,
    probabilities: Probabilities | None = None,
    max_depth: int = 6,
    max_nesting: int = 4,
) -> Any:
    """The same, as the compiled sampler takes it (`grower.Chances`)."""
    return _chances(vocabulary, probabilities or vocabulary.probabilities, max_depth, max_nesting)


@cache
def _chances(vocabulary: Vocabulary, probabilities: Probabilities, max_depth: int, max_nesting: int) -> Any:
    from leapscli.dsl.compiled import grower

    order = [vocabulary.action_id[action] for action in vocabulary.action_tokens]
    return grower.Chances(
        vocabulary.ids,
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
