"""Neighbours of programs in program space: one node of the tree, drawn uniformly, replaced by a fresh random one.

The neighbourhood of the published hill climbers (Carvalho, Tjhia & Lelis, ICLR 2024, section 4), with the sampler's
probabilities. DEVIATION: programs are held to a number of tokens and to the sampler's depth, not to theirs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.compiled.mutator import mutate_rows
from leapscli.dsl.sampler import chances
from leapscli.seeding import stream_key


def mutate(tokens: TokenBatch, seed: int, *, first: int = 0, max_tokens: int) -> TokenBatch:
    """A mutant of each of P valid programs, at most `max_tokens` long. Mutant p depends on (seed, first + p) alone."""
    ids = widened(tokens, max_tokens)
    out, lengths = np.empty_like(ids), np.empty_like(tokens.lengths)
    mutate_rows(stream_key(seed, "mutate"), first, chances(tokens.vocabulary), ids, tokens.lengths, out, lengths)
    return TokenBatch(out, lengths, tokens.vocabulary)


def widened(tokens: TokenBatch, columns: int) -> NDArray[np.uint8]:
    """The programs as ids uint8[P, columns], padded. Raises ValueError for one that is longer."""
    if len(tokens) and tokens.lengths.max() > columns:
        raise ValueError(f"a program of {tokens.lengths.max()} tokens has no mutant of at most {columns}")
    ids = np.full((len(tokens), columns), tokens.vocabulary.pad, np.uint8)
    width = min(tokens.ids.shape[1], columns)
    ids[:, :width] = tokens.ids[:, :width]
    return ids
