"""The loop stops for the right reason, restarts what is stuck, and takes up where it was interrupted."""

from __future__ import annotations

import json

import numpy as np
import pytest

from leapscli.progress import StopFlag
from leapscli.results.limits import Limits
from leapscli.search.leaderboard import UNKNOWN
from leapscli.search.loop import Search
from leapscli.search.objective import Objective
from leapscli.search.protocol import StopReason
from leapscli.search.record import dump, restore
from leapscli.search.restarting import Restarting
from leapscli.search.searchers.cem import CEM, Settings
from tests.search.toy import ToySpace

SPACE = ToySpace()


def searcher(patience=None):
    cem = CEM(Settings(population=24, sigma=0.4, elite=0.2), SPACE)
    return cem if patience is None else Restarting(cem, patience=patience)


def search(patience=None, score=None, validation=None, general=None):
    return Search(searcher(patience), Objective(score or SPACE.nearness(11), SPACE.decode), validation, general)


def run(found, limits, seed=0, stop=None, watch=lambda *_: None):
    return found.run(found.begin(seed), limits, stop or StopFlag(), watch)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(iterations=3), StopReason.ITERATIONS),
        (Limits(iterations=500, evaluations=30), StopReason.EVALUATIONS),
        (Limits(iterations=10**9, seconds=0.05), StopReason.TIME),
        (Limits(iterations=500, target=0.1), StopReason.TARGET),
    ],
)
def test_every_limit_stops_with_its_own_reason(limits, reason):
    assert run(search(patience=5), limits)[1] is reason


def test_an_interruption_ends_after_the_iteration_at_hand():
    stop, seen = StopFlag(), []

    def watch(row, progress):
        seen.append(row.iteration)
        if row.iteration == 4:
            stop.request()

    progress, reason = run(search(), Limits(iterations=100), stop=stop, watch=watch)
    assert reason is StopReason.INTERRUPTED
    assert seen == [1, 2, 3, 4] and progress.iteration == 4 and len(progress.podium)


def test_the_history_counts_candidates_programs_and_the_best_so_far():
    rows = []
    progress, _ = run(search(), Limits(iterations=20), watch=lambda row, _: rows.append(row))
    assert [row.candidates for row in rows] == [25 * i for i in range(1, 21)]
    best = [row.best for row in rows]
    assert best == sorted(best) and best[-1] == progress.podium.best
    assert rows[-1].evaluations == progress.evaluations <= len(SPACE.tokens)
    assert all(1 <= row.distinct <= 25 and row.mean <= row.best for row in rows)


def test_a_target_must_be_met_on_the_second_set_of_states_too():
    """Program 11 pays 1 on the searched states only, program 12 on both: the search goes on until it has 12."""
    both = SPACE.nearness(12)

    def searched(tokens):
        returns = both(tokens)
        returns[SPACE.rows(tokens) == 11] = 1.0
        return returns

    found = search(patience=8, score=searched, validation=Objective(both))
    progress, reason = run(found, Limits(iterations=2000, target=1.0))
    assert reason is StopReason.TARGET
    winner = found.choose(progress)
    assert SPACE.rows(winner.tokens)[0] == 12 and winner.validated[0] == 1.0
    assert (winner.validated > UNKNOWN).all()


@pytest.mark.parametrize("validated", [True, False])
def test_a_target_must_be_met_on_larger_worlds_too_where_they_are_asked_for(validated):
    """Programs 11 and 12 pay 1 at the size searched, program 12 alone at the larger one."""
    larger = SPACE.nearness(12)

    def searched(tokens):
        returns = larger(tokens)
        returns[SPACE.rows(tokens) == 11] = 1.0
        return returns

    general = Objective(larger)
    found = search(8, searched, Objective(searched) if validated else None, general)
    progress, reason = run(found, Limits(iterations=2000, target=1.0))
    assert reason is StopReason.TARGET
    winner = found.choose(progress)
    assert SPACE.rows(winner.tokens)[0] == 12 and winner.general[0] == 1.0
    assert general.evaluations <= 2, "only what reaches the target is tried there"


def test_a_stuck_search_begins_anew_elsewhere():
    starts = set()
    found = search(patience=3, score=lambda tokens: np.full((len(tokens), 2), 0.25))
    state = found.searcher.init(0)
    for _ in range(12):
        starts.add(state.inner.seed)
        points = found.searcher.ask(state)
        state = found.searcher.tell(state, points, found.objective(points))
    assert state.restarts == 3 and len(starts) == 3 and state.inner.seed not in starts
    assert found.searcher.status(state)["restarts"] == 3


def test_equal_seeds_give_equal_searches_and_others_do_not():
    def result(seed):
        progress, _ = run(search(patience=5), Limits(iterations=30), seed=seed)
        return progress.podium.tokens.texts(), progress.podium.returns.tolist(), progress.evaluations

    assert result(0) == result(0) != result(1)


@pytest.mark.parametrize("patience", [None, 4])
def test_a_search_taken_up_again_ends_like_one_that_was_never_stopped(patience):
    whole, _ = run(search(patience), Limits(iterations=30))
    first = search(patience)
    half, _ = run(first, Limits(iterations=13))
    values, arrays = dump(half)
    values = json.loads(json.dumps(values))
    second = search(patience)
    second.objective.memory.put(*first.objective.memory.entries())
    taken_up = restore(second.begin(0), values, arrays)
    assert taken_up.seconds == half.seconds
    rest, _ = second.run(taken_up, Limits(iterations=30), StopFlag(), lambda *_: None)
    assert rest.podium.tokens.texts() == whole.podium.tokens.texts()
    assert (rest.candidates, rest.evaluations) == (whole.candidates, whole.evaluations)
    assert json.dumps(dump(rest.searcher)[0]) == json.dumps(dump(whole.searcher)[0])


def test_a_record_of_another_shape_is_refused():
    state = searcher().init(0)
    values, arrays = dump(state)
    with pytest.raises(KeyError):
        restore(state, {}, arrays)
    with pytest.raises(ValueError, match="mean"):
        restore(state, values, {**arrays, "mean": arrays["mean"].astype(np.float64)})
