"""The mask table says what the grammar says, for every prefix of random programs."""

from __future__ import annotations

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.grammar import Cursor, advance, allowed_next, mask, tables_of
from leapscli.dsl.program import Program
from leapscli.dsl.published import TOKENS
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.vae.networks.masks import MASKS, keys, target_keys


def test_every_target_is_allowed_and_its_row_is_the_grammars_mask() -> None:
    tokens = sample_programs(300, seed=0)
    found, cursor = target_keys(tokens), Cursor.start(len(tokens))
    for i in range(tokens.ids.shape[1]):
        expected = mask(tables_of(), cursor, np.full(len(tokens), MAX_TOKENS - i))
        np.testing.assert_array_equal(MASKS.allowed[found[:, i]], expected)
        np.testing.assert_array_equal(found[:, i], keys(cursor, MAX_TOKENS - i))
        assert expected[np.arange(len(tokens)), tokens.ids[:, i]].all()
        cursor = advance(tables_of(), cursor, tokens.ids[:, i].astype(np.int64))


def test_with_room_enough_the_mask_is_that_of_the_unlimited_grammar() -> None:
    program = "DEF run m( IFELSE c( not c( frontIsClear c) c) i( move i) ELSE e( turnLeft e) m)"
    text = Program.parse(program).tokens
    row = target_keys(TokenBatch.from_ids(np.array([[TOKENS.index(word) for word in text]])))[0]
    for i in range(len(text)):
        assert {TOKENS[token] for token in np.flatnonzero(MASKS.allowed[row[i]])} == allowed_next(text[:i])


def test_only_the_end_fits_where_one_token_is_left() -> None:
    text = ["DEF", "run", "m(", *["move"] * (MAX_TOKENS - 4), "m)"]
    key = target_keys(TokenBatch.from_ids(np.array([[TOKENS.index(word) for word in text]])))[0]
    assert [TOKENS[token] for token in np.flatnonzero(MASKS.allowed[key[-1]])] == ["m)"]
    assert MASKS.choice[key[-2]] and not MASKS.choice[key[-1]]
