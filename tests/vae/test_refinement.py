"""A vector that decodes to another program moves to where it decodes to its own; nothing else moves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.mutation import mutate
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS, PERCEPTIONS
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.vocabulary import COUNTS
from leapscli.errors import InputError
from leapscli.locations import shipped
from leapscli.vae.model import LatentModel
from tests.vae.decoding.test_loop import untrained
from tests.vae.memory import KNOWN, memory

CONDITIONS = [form.format(name) for form in ("{}", "not c( {} c)") for name in PERCEPTIONS]


@pytest.fixture(scope="module")
def ships() -> LatentModel:
    return LatentModel.load(shipped() / "models" / "shipped" / "v1")


def comes_back(model: LatentModel, tokens: TokenBatch, **options: int) -> np.ndarray:
    return model.decode_tokens(model.encode(tokens, **options)).hashes() == tokens.hashes()


def batch(bodies: list[str]) -> TokenBatch:
    return TokenBatch.of([Program.parse(f"DEF run m( {body} m)") for body in bodies])


def test_every_shortest_program_comes_back(ships: LatentModel) -> None:
    """All of up to nine tokens, which no dataset holds that asks for demonstrations."""
    actions = [" ".join(row) for size in range(1, 6) for row in itertools.product(ACTIONS, repeat=size)]
    repeats = [f"REPEAT {count} r( {action} r)" for count in COUNTS for action in ACTIONS]
    tokens = batch(actions + repeats)
    assert tokens.lengths.max() <= 9
    assert comes_back(ships, tokens).all()


def test_every_loop_and_branch_around_one_action_comes_back(ships: LatentModel) -> None:
    bodies = [
        form.format(condition, action)
        for form in ("WHILE c( {} c) w( {} w)", "IF c( {} c) i( {} i)")
        for condition, action in itertools.product(CONDITIONS, ACTIONS)
    ]
    bodies += [
        f"IFELSE c( {condition} c) i( {one} i) ELSE e( {other} e)"
        for condition, one, other in itertools.product(CONDITIONS, ACTIONS, ACTIONS)
    ]
    assert comes_back(ships, batch(bodies)).all()


@pytest.mark.parametrize("mutations", [0, 20])
def test_long_programs_come_back(ships: LatentModel, mutations: int) -> None:
    """Of 40 tokens and more, as the sampler writes them and as a search leaves them."""
    tokens = sample_programs(30_000, seed=71, max_depth=12)
    tokens = tokens[np.flatnonzero(tokens.lengths >= 40)[: 300 + 100 * mutations]]
    for step in range(mutations):
        tokens = mutate(tokens, 900 + step, max_tokens=45)
    tokens = tokens[np.flatnonzero(tokens.lengths >= 40)]
    assert len(tokens) > 50
    plain, refined = comes_back(ships, tokens, refine=0), comes_back(ships, tokens)
    assert plain.mean() < 0.95 < refined.mean()
    assert refined[plain].all()


def test_what_decodes_to_itself_stays_where_the_encoder_put_it() -> None:
    model, known = memory(), TokenBatch.of(KNOWN)
    tokens = TokenBatch.concat([known, sample_programs(20, seed=4)])
    means, z = model.encode(tokens), model.encode(tokens, refine=20)
    np.testing.assert_array_equal(z[: len(KNOWN)], means[: len(KNOWN)])


def test_a_vector_moves_only_to_where_its_program_is() -> None:
    model, tokens = untrained(4.0), sample_programs(50, seed=6)
    means, z = model.encode(tokens, refine=0), model.encode(tokens, refine=10)
    moved = (z != means).any(axis=1)
    back = model.decode_tokens(z).hashes() == tokens.hashes()
    assert back[moved].all() and not moved.all()


def test_the_order_of_the_programs_changes_nothing(ships: LatentModel) -> None:
    tokens = sample_programs(3000, seed=72, max_depth=12)
    tokens = tokens[np.flatnonzero(tokens.lengths >= 35)]
    order = np.random.default_rng(0).permutation(len(tokens))
    assert (comes_back(ships, tokens)[order] == comes_back(ships, tokens[order])).mean() > 0.99


def test_a_model_that_has_not_learnt_to_reconstruct_gives_its_means(ships: LatentModel) -> None:
    tokens = sample_programs(30, seed=7)
    for meta in ({}, {"validation": {"reconstruction": 0.49}}, {"validation": "?"}, {"reconstruction_random": None}):
        model = LatentModel(untrained().network, meta=meta)
        assert not model.reconstructs
        np.testing.assert_array_equal(model.encode(tokens), model.encode(tokens, refine=0))
    assert ships.reconstructs and LatentModel(ships.network, meta={"reconstruction_random": 0.5}).reconstructs


def test_gradients_are_there_in_whatever_mode_the_caller_is() -> None:
    model, tokens = untrained(4.0), sample_programs(10, seed=6)
    with torch.inference_mode():
        z = model.encode(tokens, refine=10)
    np.testing.assert_array_equal(z, model.encode(tokens, refine=10))


def test_steps_are_a_number(ships: LatentModel) -> None:
    for wrong in (-1, 0.5, True, "many"):
        with pytest.raises(InputError, match="refine: expected a whole number from 0 on"):
            ships.encode(list(KNOWN), refine=wrong)
    incomplete = TokenBatch.from_ids(np.array([[0, 1, 2, 4]]))  # without its end: encoded, though nothing decodes to it
    np.testing.assert_array_equal(ships.encode(incomplete), ships.encode(incomplete, refine=0))
