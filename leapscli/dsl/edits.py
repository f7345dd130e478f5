"""Neighbours of programs by edits: a node replaced, a statement put in, taken out, wrapped in a block, or unwrapped.

DEVIATION from the published hill climbers (Carvalho, Tjhia & Lelis, ICLR 2024), which replace nodes alone
(mutation.py): to change the beginning of a long program, or to put a loop around what works, replacement must draw all
that stays a second time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.mutation import widened
from leapscli.dsl.sampler import chances
from leapscli.seeding import stream_key

EDITS = (4.0, 2.0, 2.0, 1.0, 1.0)  # how often: replace, insert, remove, wrap, unwrap


def edit(tokens: TokenBatch, seed: int, *, parts: Any, first: int = 0, max_tokens: int) -> TokenBatch:
    """Each of P valid programs with one edit, at most `max_tokens` long. Program p depends on (seed, first + p) alone.

    New parts are drawn from the sampler's distribution and from `parts` (`editor.Parts`).
    """
    from leapscli.dsl.compiled.editor import edit_rows

    ids = widened(tokens, max_tokens)
    out, lengths = np.empty_like(ids), np.empty_like(tokens.lengths)
    edits = np.cumsum(EDITS) / sum(EDITS)
    drawn_from = chances(tokens.vocabulary)
    edit_rows(stream_key(seed, "edit"), first, drawn_from, parts, edits, ids, tokens.lengths, out, lengths)
    return TokenBatch(out, lengths, tokens.vocabulary)
