"""The Cross-Entropy Method does what the paper says, and finds what there is to find."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.progress import StopFlag
from leapscli.results.limits import Limits
from leapscli.search.loop import Search
from leapscli.search.objective import Objective
from leapscli.search.protocol import Latents, StopReason
from leapscli.search.searchers.cem import CEM, CEMState, Settings, elite_rows, initial_mean, weighted_mean
from leapscli.seeding import stream
from tests.search.toy import ToySpace, scored

SPACE = ToySpace()
SETTINGS = {"population": 32, "sigma": 0.5, "elite": 0.2, "decay": False, "init": "tiny_normal"}


def cem(space=SPACE, **settings) -> CEM:
    return CEM(Settings(**{**SETTINGS, **settings}), space)


def test_initial_means_are_the_papers():
    rng = stream(0, "test")
    assert (initial_mean("ones", 5, rng) == np.float32(0.01)).all()
    assert 0.9 < initial_mean("normal", 10_000, rng).std() < 1.1
    assert 0.09 < initial_mean("tiny_normal", 10_000, rng).std() < 0.11


def test_sigma_decays_exponentially_to_a_tenth_over_500_iterations():
    searcher = cem(sigma=0.4, decay=True)
    assert searcher.sigma(0) == pytest.approx(0.4)
    assert searcher.sigma(250) == pytest.approx(0.2)  # the geometric mean of 0.4 and 0.1
    assert searcher.sigma(500) == pytest.approx(0.1) == searcher.sigma(900)
    assert cem(sigma=0.4).sigma(900) == 0.4


@pytest.mark.parametrize(("population", "elite", "count"), [(32, 0.05, 2), (64, 0.2, 13), (16, 0.1, 2), (4, 0.01, 1)])
def test_the_elite_is_the_rounded_share_and_never_empty(population, elite, count):
    assert cem(population=population, elite=elite).elites == count


def test_the_population_stands_around_the_mean_with_sigma():
    space = ToySpace()
    space.latent = 500
    searcher = cem(space, population=200)
    state = searcher.init(3)
    points = searcher.ask(state)
    assert points.z.shape == (201, 500) and points.z.dtype == np.float32
    assert (points.z[0] == state.mean).all() and points.greedy == 1
    assert (points.z[1:] - state.mean).std() == pytest.approx(0.5, rel=0.02)


def test_the_mean_moves_to_the_reward_weighted_elite_without_the_mean_itself():
    searcher = cem(population=3, elite=2 / 3)
    state = searcher.init(0)
    points = searcher.ask(state)
    after = searcher.tell(state, points, scored([9.0, 0.25, 0.0, 0.75]))
    assert after.mean == pytest.approx(0.25 * points.z[1] + 0.75 * points.z[3], rel=1e-6)
    assert after.threshold == 0.25 and after.iteration == 1


def test_elites_without_a_positive_return_weigh_the_same():
    z = np.eye(2, dtype=np.float32)
    assert weighted_mean(z, np.array([-1.0, 0.0])) == pytest.approx([0.5, 0.5])
    assert weighted_mean(z, np.array([-1.0, 0.5])) == pytest.approx([0.0, 1.0])


def test_of_equal_returns_the_earlier_are_elite():
    assert elite_rows(np.array([0.0, 1.0, 0.5, 1.0, 0.5]), 3).tolist() == [1, 3, 2]


def test_it_converges_once_the_means_program_has_had_the_top_return_for_ten_iterations():
    searcher = cem(population=2)
    state = searcher.init(0)
    lost = 4
    for i in range(lost + 11):
        assert not searcher.converged(state)
        mean_return = 0.5 if i == lost else 1.0
        state = searcher.tell(state, searcher.ask(state), scored([mean_return, 0.5, 0.2]))
    assert searcher.converged(state)


def test_the_top_return_is_the_best_of_the_task():
    points = Latents(SPACE.places[:3])
    fives = Objective(lambda tokens: np.full((len(tokens), 2), [4.0, 5.0]), SPACE.decode, best=4.5)
    assert fives(points).solved.all() and fives.afresh()(points).solved.all()
    assert not Objective(lambda tokens: np.full((len(tokens), 2), 4.4), SPACE.decode, best=4.5)(points).solved.any()


def test_asking_twice_gives_the_same_candidates_and_seeds_differ():
    searcher = cem()
    state = searcher.init(0)
    assert (searcher.ask(state).z == searcher.ask(state).z).all()
    assert (searcher.ask(state).z != searcher.ask(searcher.init(1)).z).any()


def test_status_names_the_sigma_of_the_iteration_told():
    searcher = cem(sigma=0.4, decay=True)
    state = CEMState(0, 501, np.zeros(6, np.float32), 0, 0.3)
    assert searcher.status(state) == {"sigma": pytest.approx(0.1), "threshold": 0.3}


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_the_best_of_400_programs_in_a_smooth_space(seed):
    search = Search(cem(), Objective(SPACE.nearness(7), SPACE.decode))
    progress, reason = search.run(search.begin(seed), Limits(iterations=200, target=1.0), StopFlag(), lambda *_: None)
    assert reason is StopReason.TARGET
    assert progress.podium.tokens.texts()[0] == SPACE.tokens[7].texts()[0]
