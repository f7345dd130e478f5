"""CMA-ES: the library does the arithmetic, the state holds all there is of it, and it finds its way."""

from __future__ import annotations

import builtins
import json

import numpy as np
import pytest
from cmaes import SepCMA

from leapscli.errors import InputError
from leapscli.search.record import dump, restore
from leapscli.search.searchers.cmaes import CMAES, Settings
from tests.search.toy import ToySpace, scored

LATENT, POPULATION = 12, 10


def searcher() -> CMAES:
    space = ToySpace()
    space.latent = LATENT
    return CMAES(Settings(population=POPULATION, sigma=0.5, init="normal"), space)


def height(z):
    """The nearer to (1, 1, …), the higher."""
    return scored(-np.linalg.norm(z - 1, axis=1))


def after(iterations, seed=0):
    found = searcher()
    state = found.init(seed)
    for _ in range(iterations):
        points = found.ask(state)
        state = found.tell(state, points, height(points.z))
    return state


def test_it_goes_where_returns_are_higher():
    first, last = searcher().init(0), after(150)
    assert np.linalg.norm(last.mean - 1) < 0.05 < 1 < np.linalg.norm(first.mean - 1)
    assert last.sigma < 0.1 and last.threshold > -0.2 and (last.variances != 1).all()


def test_a_state_is_all_there_is_of_the_librarys_object():
    """One object of the library that lives all the while, given the same candidates, ends with the same numbers."""
    found = searcher()
    state = found.init(3)
    alive = SepCMA(mean=state.mean.copy(), sigma=0.5, population_size=POPULATION)
    for _ in range(40):
        points = found.ask(state)
        returns = height(points.z)
        alive.tell([(z, -value) for z, value in zip(points.z.astype(float), returns.returns, strict=True)])
        state = found.tell(state, points, returns)
        assert found.converged(state) == alive.should_stop()
    own = alive.__getstate__()
    assert state.sigma == own["_sigma"] and state.iteration == own["_g"] == 40
    for ours, name in [
        (state.mean, "_mean"),
        (state.variances, "_C"),
        (state.path_sigma, "_p_sigma"),
        (state.path_c, "_pc"),
    ]:
        assert (ours == own[name]).all(), name


def test_asking_and_telling_change_no_state_and_seeds_decide():
    found, state = searcher(), after(5)
    before = dump(state)
    points = found.ask(state)
    assert (found.ask(state).z == points.z).all() and points.z.shape == (POPULATION, LATENT)
    assert points.z.dtype == np.float32
    found.tell(state, points, height(points.z))
    found.converged(state)
    assert before[0] == dump(state)[0]
    assert all((a == b).all() for a, b in zip(before[1].values(), dump(state)[1].values(), strict=True))
    assert (after(5).mean == state.mean).all() and (after(5, seed=1).mean != state.mean).any()


def test_a_state_written_down_goes_on_to_the_same_end():
    found, half = searcher(), after(7)
    values, arrays = dump(half)
    state = restore(found.init(9), json.loads(json.dumps(values)), arrays)
    for _ in range(6):
        points = found.ask(state)
        state = found.tell(state, points, height(points.z))
    whole = after(13)
    assert (
        (state.mean == whole.mean).all() and (state.variances == whole.variances).all() and state.sigma == whole.sigma
    )


def test_where_returns_are_flat_for_long_it_has_converged():
    found = searcher()
    state = found.init(0)
    for _ in range(200):
        if found.converged(state):
            break
        state = found.tell(state, found.ask(state), scored([0.5] * POPULATION))
    assert 40 < state.iteration < 200


def test_without_the_library_the_way_to_it_is_named(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest):
        if name == "cmaes":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match="cmaes needs, is not installed") as raised:
        searcher()
    assert "pip install" in str(raised.value.hint)
