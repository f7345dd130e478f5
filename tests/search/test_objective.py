"""The objective executes each distinct program once, whatever the batches."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.search.memory import Memory
from leapscli.search.objective import Objective
from tests.search.toy import ToySpace

SPACE = ToySpace(60)


def test_duplicates_are_scored_once_and_known_programs_never_again():
    batches = []

    def score(tokens):
        batches.append(len(tokens))
        return SPACE.nearness(0)(tokens)

    objective = Objective(score)
    once = objective(SPACE.tokens[[5, 3, 5, 3, 9]])
    again = objective(SPACE.tokens[[9, 8, 5]])
    assert batches == [3, 1]
    assert (objective.candidates, objective.evaluations) == (8, 4)
    assert once.first.tolist() == [0, 1, 4]
    assert once.returns == pytest.approx(SPACE.nearness(0)(SPACE.tokens)[[5, 3, 5, 3, 9], 0])
    assert again.returns[[0, 2]].tolist() == once.returns[[4, 0]].tolist()


def test_returns_are_means_over_the_states():
    objective = Objective(lambda tokens: np.tile([0.0, 0.5, 1.0, 0.5], (len(tokens), 1)))
    assert objective(SPACE.tokens[[1]]).returns.tolist() == [0.5]


def test_vectors_are_decoded_first():
    from leapscli.search.protocol import Latents

    objective = Objective(SPACE.nearness(4), SPACE.decode)
    assert objective(Latents(SPACE.places[[4, 2]])).tokens.texts() == SPACE.tokens[[4, 2]].texts()
    with pytest.raises(TypeError, match="decoder"):
        Objective(SPACE.nearness(4))(Latents(SPACE.places))


def test_warming_up_counts_and_remembers_nothing():
    objective = Objective(SPACE.nearness(0))
    objective.warm_up(SPACE.tokens[[5, 3]])
    assert (objective.candidates, objective.evaluations, len(objective.memory)) == (0, 0, 0)


def test_memory_agrees_with_a_dictionary_while_it_grows():
    rng = np.random.default_rng(0)
    memory, twin = Memory(), {}
    for _ in range(40):
        hashes = rng.integers(0, 20_000, 700).astype(np.uint64) * np.uint64(4096)  # many share a slot
        assert [twin.get(h, -1.0) for h in hashes.tolist()] == np.nan_to_num(memory.get(hashes), nan=-1.0).tolist()
        distinct = np.unique(hashes)
        returns = rng.random(len(distinct))
        memory.put(distinct, returns)
        twin |= dict(zip(distinct.tolist(), returns.tolist(), strict=True))
        assert len(memory) == len(twin) - (0 in twin and 1 in twin)
    keys, values = memory.entries()
    assert {k: v for k, v in zip(keys.tolist(), values.tolist(), strict=True) if k > 1} == {
        k: v for k, v in twin.items() if k > 1
    }


def test_memory_begins_anew_at_its_limit():
    memory = Memory(limit=100)
    memory.put(np.arange(1, 91, dtype=np.uint64), np.ones(90))
    memory.put(np.arange(91, 121, dtype=np.uint64), np.ones(30))
    assert len(memory) == 30
    assert np.isnan(memory.get(np.array([5], np.uint64))).all()
