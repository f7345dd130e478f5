"""The podium keeps the best distinct programs, and the second set of states decides among them."""

from __future__ import annotations

import numpy as np

from leapscli.search.leaderboard import UNKNOWN, Podium
from tests.search.toy import ToySpace

SPACE = ToySpace(60)


def podium(rows, returns, validated=None, general=None, size=64):
    rows = np.array(rows)
    tokens = SPACE.tokens[rows]
    known = [np.full(len(rows), UNKNOWN) if given is None else np.array(given, float) for given in (validated, general)]
    return Podium(tokens, tokens.hashes(), np.array(returns, float), *known, size)


def rows_of(found):
    return SPACE.rows(found.tokens).tolist()


def test_it_keeps_the_best_and_forgets_the_rest():
    rng = np.random.default_rng(0)
    returns = rng.permutation(60) / 60
    found = Podium.empty(size=5)
    for part in np.array_split(rng.permutation(60), 9):
        found = found.offer(podium(part, returns[part]))
    assert rows_of(found) == np.argsort(-returns)[:5].tolist()
    assert found.best == returns.max()


def test_what_is_there_already_enters_no_second_time():
    found = Podium.empty().offer(podium([3, 4], [0.5, 0.7])).offer(podium([4, 5], [0.7, 0.6]))
    assert rows_of(found) == [4, 5, 3]


def test_of_equals_the_validated_then_the_shorter_then_the_older_come_first():
    by_length = np.argsort(SPACE.tokens.lengths, kind="stable")
    short, long = by_length[0], by_length[-1]
    twin = next(r for r in by_length[1:] if SPACE.tokens.lengths[r] == SPACE.tokens.lengths[short])
    found = Podium.empty().offer(podium([long], [0.5])).offer(podium([short], [0.5])).offer(podium([twin], [0.5]))
    assert rows_of(found) == [short, twin, long]
    other = next(r for r in range(60) if r not in (short, long, twin))
    assert rows_of(found.offer(podium([other], [0.5], [0.4])))[0] == other


def test_an_empty_podium_has_no_best():
    assert Podium.empty().best == UNKNOWN
    for ranked in (Podium.empty().validate, Podium.empty().generalize):
        assert len(ranked(lambda tokens: np.zeros(len(tokens)))) == 0


def test_validation_decides():
    found = podium([1, 2, 3], [1.0, 1.0, 0.9]).validate(lambda tokens: np.array([0.7, 0.8, 0.8]))
    assert rows_of(found) == [2, 3, 1]
    assert found.validated.tolist() == [0.8, 0.8, 0.7]


def test_larger_worlds_decide_among_those_that_are_equal_so_far_and_only_they_are_tried():
    third = 1 / 3 + 1 / 3 + 1 / 3  # 1, but for the last digits or not
    found, tried = podium([1, 2, 3, 4], [1.0, third, 1.0, 0.9], [1.0, 1.0, 0.8, 0.8]), []

    def judge(tokens):
        tried.extend(SPACE.rows(tokens).tolist())
        return np.array([0.4, 0.7])

    ranked = found.generalize(judge)
    assert tried == [1, 2] and rows_of(ranked) == [2, 1, 3, 4]
    assert ranked.general.tolist() == [0.7, 0.4, UNKNOWN, UNKNOWN] and ranked.returns[0] == third


def test_of_equals_on_larger_worlds_too_the_shorter_comes_first():
    by_length = np.argsort(SPACE.tokens.lengths, kind="stable")
    found = podium([by_length[-1], by_length[0]], [1.0, 1.0]).generalize(lambda tokens: np.ones(len(tokens)))
    assert rows_of(found) == [by_length[0], by_length[-1]]


def test_a_podium_that_is_full_makes_room_for_one_that_generalizes():
    full = podium([1, 2], [1.0, 1.0], [1.0, 1.0], [0.5, 0.2], size=2)
    assert rows_of(full.offer(podium([3], [1.0], [1.0], [1.0]))) == [3, 1]
