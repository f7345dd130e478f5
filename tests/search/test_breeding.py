"""Evolution keeps the best, few of a kind, and in a latent space only what its model can say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.sampler import sample_programs
from leapscli.search.breeding import Breeding, BreedingSettings, BreedingState
from leapscli.search.memory import Known
from leapscli.search.objective import Objective
from leapscli.search.pool import Pool
from leapscli.search.protocol import Latents
from leapscli.search.spaces import ProgramSpace, VectorSpace
from tests.search.toy import ToySpace

SPACE = ToySpace()
PROGRAMS = ProgramSpace(max_tokens=45)
VECTORS = VectorSpace(SPACE, sigma=0.3)


def pool(returns, kinds) -> Pool:
    rows = np.arange(len(returns))
    returns = np.array(returns, float)
    known = Known(returns, returns, np.array(kinds, np.uint64))
    placed = np.ones(len(rows), np.bool_)
    return Pool(SPACE.tokens[rows], SPACE.tokens[rows].hashes(), known, SPACE.places[rows], placed)


def evolution(spaces, latent=None) -> Breeding:
    return Breeding(BreedingSettings(population=24, pool=8, copies=2), spaces, latent)


def short(tokens):
    return np.repeat(5 / tokens.lengths[:, None], 2, axis=1)


def run(searcher, objective, iterations, seed=0) -> list[BreedingState]:
    states = [searcher.init(seed)]
    for _ in range(iterations):
        points = searcher.ask(states[-1])
        found = objective(points, searcher.floor(states[-1]))
        states.append(searcher.tell(states[-1], points, found))
    return states


def test_a_pool_keeps_its_best_and_at_most_so_many_of_a_kind():
    rows = pool([0.5, 0.9, 0.5, 0.5, 0.1, 0.5, 0.9], [1, 2, 1, 1, 3, 1, 2]).best(5, 2, np.random.default_rng(0))
    assert sorted(rows[:2]) == [1, 6] and rows[4] == 4
    assert len(set(rows[2:4]) & {0, 2, 3, 5}) == 2
    assert len(pool([0.5, 0.9, 0.5], [1, 2, 1]).best(2, 1, np.random.default_rng(0))) == 2


def test_with_parsimony_the_shortest_of_equals_stay():
    returns, drawn = [0.5, 0.9, 0.5, 0.5, 0.9], sample_programs(40, seed=1)
    tokens = drawn[np.unique(drawn.lengths, return_index=True)[1][[3, 1, 4, 0, 2]]]
    rows = replace(pool(returns, [1, 2, 3, 4, 5]), tokens=tokens).best(4, 1, np.random.default_rng(0), parsimony=True)
    by = sorted(range(5), key=lambda row: (-returns[row], tokens.lengths[row]))
    assert rows.tolist() == by[:4]


def test_which_of_equals_stay_is_drawn():
    equals = pool([0.5] * 6, [7] * 6)
    kept = {tuple(equals.best(8, 1, np.random.default_rng(seed))) for seed in range(40)}
    assert kept == {(row,) for row in range(6)}


def test_the_worst_of_the_pool_never_gets_worse_and_copies_of_a_program_never_enter():
    states = run(evolution([PROGRAMS]), Objective(short), 25)
    lows = [state.pool.known.returns.min() for state in states[2:]]
    assert lows == sorted(lows) and lows[-1] > lows[0]
    last = states[-1].pool
    assert len(np.unique(last.hashes)) == len(last) == 8
    assert np.unique(last.known.behaviours, return_counts=True)[1].max() <= 2
    assert last.known.returns.max() == 1


def test_screening_asks_for_what_the_worst_of_the_pool_has():
    objective = Objective(short, screen=lambda tokens: -short(tokens))  # the screening states want long programs
    searcher = evolution([PROGRAMS])
    states = run(searcher, objective, 6)
    assert searcher.floor(states[0]) == -np.inf
    for before, after in pairwise(states[1:]):
        assert searcher.floor(before) == before.pool.known.screened.min()
        entered = ~np.isin(after.pool.hashes, before.pool.hashes)
        assert (after.pool.known.screened[entered] >= searcher.floor(before)).all()


def test_in_a_latent_space_entrants_lie_where_the_encoder_puts_them():
    states = run(evolution([VECTORS], SPACE), Objective(SPACE.nearness(5), SPACE.decode), 8)
    last = states[-1].pool
    assert (last.z == SPACE.encode(last.tokens)).all()
    assert last.known.returns.min() > states[1].pool.known.returns.min()


def test_a_vector_whose_mean_decodes_to_another_program_stays_where_it_is():
    lost = ToySpace()
    lost.encode = lambda tokens: SPACE.places[(SPACE.rows(tokens) + 1) % len(SPACE.tokens)]
    searcher = evolution([VECTORS], lost)
    state = searcher.init(0)
    points = searcher.ask(state)
    after = searcher.tell(state, points, Objective(SPACE.nearness(5), SPACE.decode)(points))
    assert len(after.pool) and all(any((row == z).all() for z in points.z) for row in after.pool.z)


class HalfSpoken(ToySpace):
    """A space whose encoder puts half of the programs where they don't decode to themselves."""

    def encode(self, tokens):
        rows = self.rows(tokens)
        return self.places[np.where(rows % 2, rows, (rows + 2) % len(self.tokens))]


def test_memetic_search_takes_in_only_mutants_that_decode_to_themselves():
    space = HalfSpoken()

    class Mutants(ProgramSpace):
        """Stays among the programs of the toy."""

        def neighbours(self, places, seed, iteration):
            assert isinstance(places, TokenBatch)
            return space.tokens[(space.rows(places) + 1 + np.arange(len(places))) % len(space.tokens)]

    searcher = evolution([VECTORS, Mutants(max_tokens=45)], space)
    objective = Objective(space.nearness(4), space.decode)
    states = run(searcher, objective, 9)
    kinds = [type(searcher.ask(state)) for state in states]
    assert kinds == [Latents, TokenBatch] * 5
    for state in states[2::2]:  # about to step in the latent space
        assert state.pool.placed.all()
        assert space.decode(Latents(state.pool.z)).texts() == state.pool.tokens.texts()
    mutated = states[2].pool.hashes[~np.isin(states[2].pool.hashes, states[1].pool.hashes)]
    assert len(mutated) and all(space.row_of[int(h)] % 2 for h in mutated)
