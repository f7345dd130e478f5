"""The objective executes each distinct program once, whatever the batches."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.dsl.sampler import sample_programs
from leapscli.search.memory import Known, Memory
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


def test_an_objective_afresh_scores_alike_and_knows_nothing():
    objective = Objective(SPACE.nearness(0))
    objective(SPACE.tokens[[5, 3]])
    other = objective.afresh()
    assert (other.candidates, other.evaluations, len(other.memory)) == (0, 0, 0)
    assert other(SPACE.tokens[[5]]).returns == objective(SPACE.tokens[[5]]).returns


def screened(batches=None):
    """Two screening states that pay for program 0, two others that pay for program 1."""
    log = [] if batches is None else batches

    def near(goal):
        def score(tokens):
            log.append((goal, len(tokens)))
            return SPACE.nearness(goal, states=2)(tokens)

        return score

    return Objective(near(1), screen=near(0))


def test_programs_under_the_floor_on_the_screening_states_are_not_run_on_the_others():
    rows, batches = np.arange(40), []
    whole = screened()(SPACE.tokens[rows])
    floor = float(np.median(whole.screened))
    found = screened(batches)(SPACE.tokens[rows], floor)
    passed = whole.screened >= floor
    assert batches == [(0, 40), (1, int(passed.sum()))] and 0 < passed.sum() < 40
    assert (found.screened == whole.screened).all()
    assert (found.returns[passed] == whole.returns[passed]).all() and (found.returns[~passed] == -np.inf).all()
    assert whole.returns == pytest.approx(
        (SPACE.nearness(0)(SPACE.tokens) + SPACE.nearness(1)(SPACE.tokens))[rows, 0] / 2
    )


def test_a_program_dropped_by_screening_is_run_once_the_floor_allows_it_and_counted_once():
    batches = []
    objective = screened(batches)
    assert objective(SPACE.tokens[[7]], 2.0).returns.tolist() == [-np.inf]
    assert objective(SPACE.tokens[[7]], 2.0).returns.tolist() == [-np.inf]
    assert batches == [(0, 1)]
    assert objective(SPACE.tokens[[7]]).returns == screened()(SPACE.tokens[[7]]).returns
    assert objective.evaluations == 1 and objective.candidates == 3


def test_programs_behave_alike_where_every_state_pays_the_same():
    table = np.array([[0.5, 0.0], [0.0, 0.5], [0.1 + 0.2, 0.2], [0.3, 0.2], [-1.0, 1.0], [1.0, -1.0]])
    rows = {int(h): i for i, h in enumerate(SPACE.tokens[np.arange(6)].hashes())}
    kinds = Objective(lambda tokens: table[[rows[int(h)] for h in tokens.hashes()]])(SPACE.tokens[np.arange(6)])
    assert kinds.behaviours[2] == kinds.behaviours[3]  # but for rounding
    assert len(set(kinds.behaviours.tolist())) == 5
    graded = np.random.default_rng(0).integers(0, 3, (4000, 32)) / 2
    many = Objective(lambda tokens: graded[: len(tokens)])(sample_programs(4000, 1))
    assert len(np.unique(many.behaviours)) == len(np.unique(graded[many.first], axis=0))


def known(returns):
    returns = np.asarray(returns, float)
    return Known(returns / 2, returns, np.rint(100 * returns).astype(np.uint64))


def test_memory_agrees_with_a_dictionary_while_it_grows():
    rng = np.random.default_rng(0)
    memory, twin = Memory(), {}
    for _ in range(40):
        hashes = rng.integers(0, 20_000, 700).astype(np.uint64) * np.uint64(4096)  # many share a slot
        found = memory.get(hashes)
        assert [twin.get(h, -np.inf) for h in hashes.tolist()] == found.returns.tolist()
        assert [twin.get(h, np.nan) for h in hashes.tolist()] == pytest.approx(
            (2 * found.screened).tolist(), nan_ok=True
        )
        distinct = np.unique(hashes)
        returns = rng.random(len(distinct))
        memory.put(distinct, known(returns))
        twin |= dict(zip(distinct.tolist(), returns.tolist(), strict=True))
        assert len(memory) == len(twin) - (0 in twin and 1 in twin)
    keys, values = memory.entries()
    assert {k: v for k, v in zip(keys.tolist(), values.returns.tolist(), strict=True) if k > 1} == {
        k: v for k, v in twin.items() if k > 1
    }
    assert (values.behaviours == known(values.returns).behaviours).all()


def test_memory_begins_anew_at_its_limit():
    memory = Memory(limit=100)
    memory.put(np.arange(1, 91, dtype=np.uint64), known(np.ones(90)))
    memory.put(np.arange(91, 121, dtype=np.uint64), known(np.ones(30)))
    assert len(memory) == 30
    assert np.isnan(memory.get(np.array([5], np.uint64)).screened).all()


def test_episodes_are_counted_as_they_are_run_a_screened_program_costing_few():
    space = ToySpace(60)
    score, few = space.nearness(3), space.nearness(5)
    states, screening = score(space.tokens[:1]).shape[1], few(space.tokens[:1]).shape[1]
    plain = Objective(score)
    plain(space.tokens[:10])
    plain(space.tokens[:10])
    assert plain.episodes == 10 * states and plain.evaluations == 10
    screened = Objective(score, screen=few)
    scored = screened(space.tokens[:40], floor=float(np.median(few(space.tokens[:40]).mean(1))))
    passed = int(np.isfinite(scored.returns).sum())
    assert 0 < passed < 40 and screened.episodes == 40 * screening + passed * states
