"""Batches of token ids: there and back, rows picked and joined, hashes, verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.published import PAD
from leapscli.dsl.sampler import sample_programs
from leapscli.errors import ProgramSyntaxError
from tests.strategies import programs, seeded


@seeded
@given(st.lists(programs(), max_size=5))
def test_there_and_back(trees: list[Program]) -> None:
    batch = TokenBatch.of(trees)
    assert batch.programs() == trees
    assert batch.texts() == [str(tree) for tree in trees]
    assert (TokenBatch.from_ids(batch.ids).lengths == batch.lengths).all()
    assert batch.valid().tolist() == [True] * len(trees)


def test_rows_are_picked_and_joined() -> None:
    batch = sample_programs(20, 0)
    texts = batch.texts()
    assert batch[3].texts() == texts[3:4] and batch[-1].texts() == texts[-1:]
    assert batch[np.int64(3)].texts() == texts[3:4]
    assert batch[5:8].texts() == texts[5:8]
    assert batch[np.array([4, 2])].texts() == [texts[4], texts[2]]
    assert batch[batch.lengths == 5].texts() == [text for text in texts if len(text.split()) == 5]
    assert len(batch[[]]) == len(TokenBatch.concat([])) == 0
    narrow = TokenBatch.of(batch[:4].programs())
    assert narrow.ids.shape[1] < 45
    joined = TokenBatch.concat([narrow, batch[4:]])
    assert joined.texts() == texts and (joined.ids == batch.ids).all()


def test_hashes_tell_programs_apart_and_padding_does_not_matter() -> None:
    batch = sample_programs(20_000, 0)
    hashes = batch.hashes()
    assert hashes.dtype == np.uint64
    assert len(np.unique(hashes)) == len(set(batch.texts()))
    few = batch[:200]
    assert (TokenBatch.of(few.programs()).hashes() == hashes[:200]).all()
    assert [_fnv(row[:length]) for row, length in zip(few.ids.tolist(), few.lengths, strict=True)] == hashes[
        :200
    ].tolist()


def _fnv(ids: list[int]) -> int:
    """The hash, in Python's own integers."""
    h = 0xCBF29CE484222325
    for i in ids:
        h = (h ^ i) * 0x100000001B3 % 2**64
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    h = (h ^ (h >> 27)) * 0x94D049BB133111EB % 2**64
    return h ^ (h >> 31)


def test_verdicts_of_the_compiled_checker_are_the_parsers() -> None:
    """On programs with one token replaced, deleted or cut off."""
    rng = np.random.default_rng(0)
    batch = sample_programs(3000, 4)
    ids, lengths = batch.ids.copy(), batch.lengths.copy()
    for row in range(len(batch)):
        at = rng.integers(lengths[row])
        if row % 3 == 0:
            ids[row, at] = rng.integers(60)
        elif row % 3 == 1:
            ids[row, at:-1], lengths[row] = ids[row, at + 1 :].copy(), lengths[row] - 1
        else:
            lengths[row] = at
    broken = TokenBatch(ids, lengths)
    verdicts = broken.valid()
    assert 0 < verdicts.sum() < len(broken)
    for row, length, verdict in zip(ids, lengths, verdicts, strict=True):
        try:
            Program.from_ids(row[:length])
            parsed = row[length - 1] != PAD
        except ProgramSyntaxError:
            parsed = False
        assert parsed == verdict


@pytest.mark.parametrize(
    ("ids", "lengths"),
    [
        (np.zeros((2, 5), np.int64), np.ones(2, np.int32)),
        (np.zeros(5, np.uint8), np.ones(1, np.int32)),
        (np.zeros((2, 5), np.uint8), np.ones(3, np.int32)),
        (np.zeros((2, 5), np.uint8), np.ones(2, np.int64)),
        (np.zeros((2, 5), np.uint8), np.full(2, 6, np.int32)),
    ],
)
def test_arrays_of_another_shape_or_type_are_refused(ids: np.ndarray, lengths: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"ids are|lengths"):
        TokenBatch(ids, lengths)
