"""The compiled rewards are those of the slow twins, whatever a program does; solutions solve; threads do not matter."""

from __future__ import annotations

import random

import numpy as np
import pytest

from leapscli.domains.karel.world import World, Worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.probabilities import Probabilities
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.errors import TaskError
from leapscli.tasks.registry import DEFAULT_BUDGET, task
from leapscli.tasks.suites import names
from tests.engine.strategies import looping
from tests.golden.records import records, world
from tests.tasks.solutions import ANY_SIZE, SOLUTIONS
from tests.tasks.twins import play

HANDY = Probabilities(actions=(0.3, 0.1, 0.1, 0.25, 0.25), perceptions=(0.3, 0.1, 0.1, 0.25, 0.25))


def slips(name: str, count: int, rng: random.Random) -> list[Program]:
    """The task's solution, one action of it replaced: runs that get far and then go wrong in every way."""
    if name not in SOLUTIONS:
        return []
    tokens, made = str(Program.parse(SOLUTIONS[name])).split(), []
    actions = ["move", "turnLeft", "turnRight", "pickMarker", "putMarker"]
    for _ in range(count):
        changed = list(tokens)
        changed[rng.choice([i for i, token in enumerate(tokens) if token in actions])] = rng.choice(actions)
        made.append(Program.parse(" ".join(changed)))
    return made


def agree(name: str, programs: TokenBatch, worlds: Worlds, budget: Budget) -> None:
    returns = task(name).returns(programs, worlds, budget)
    slow = [[play(name, p, worlds[i], budget)[0] for i in range(len(worlds))] for p in programs.programs()]
    np.testing.assert_allclose(returns, slow, atol=1e-9)


@pytest.mark.parametrize("name", names())
def test_rewards_agree_with_the_slow_twins(name: str) -> None:
    seed = names().index(name)
    drawn = [sample_programs(40, seed, probabilities=HANDY), looping(40, seed)]
    programs = TokenBatch.concat([*drawn, TokenBatch.of(slips(name, 15, random.Random(seed)))])
    agree(name, programs, task(name).sample(3, seed), Budget.primitives(250))
    agree(name, programs[:80:8], task(name).sample(3, seed, first=3), Budget.calls(220))


@pytest.mark.parametrize("name", sorted(set(names()) - {"cleanhouse"}))
def test_rewards_at_other_sizes(name: str) -> None:
    programs = TokenBatch.concat([looping(6, 1), TokenBatch.of(slips(name, 6, random.Random(2)))])
    for height, width in ((11, 10), (40, 30)):
        agree(name, programs, task(name, height=height, width=width).sample(1, 4), Budget.primitives(400))


def test_the_twins_agree_with_recorded_returns() -> None:
    for record in records("task_returns")[::6]:
        start, program = world(record["world"], record["agent"]), Program.parse(record["program"])
        total, terminated = play(record["task"], program, start, Budget.primitives(2000))
        if terminated or record["terminated"] is False:
            assert total == pytest.approx(record["return"], abs=1e-6), record["program"]
            assert terminated == record["terminated"]


@pytest.mark.parametrize("name", SOLUTIONS)
def test_solutions_solve(name: str) -> None:
    program = Program.parse(SOLUTIONS[name])
    np.testing.assert_allclose(task(name).returns([program], task(name).sample(300, seed=7)), 1.0)
    if name in ANY_SIZE:
        for side in (12, 31, 100):
            scored = task(name, height=side, width=side)
            returns = scored.returns([program], scored.sample(2, seed=7), scored.budget)
            np.testing.assert_allclose(returns, 1.0)


def test_one_stroke_from_a_corner() -> None:
    """A spiral visits every cell where it starts in the lower left corner."""
    spiral = Program.parse("DEF run m( REPEAT R=19 r( WHILE c( frontIsClear c) w( move w) turnLeft r) m)")
    worlds = task("onestroke").sample(200, seed=0)
    returns = task("onestroke").returns([spiral], worlds)[0]
    corner = [tuple(agent[:2]) == (6, 1) for agent in worlds.agents.tolist()]
    assert sum(corner) > 2 and (returns[corner] > 1 - 1e-9).all()
    assert (returns > 0).all() and returns.max() <= 1 + 1e-9


@pytest.mark.parametrize("name", ["harvester", "snake"])
def test_returns_do_not_depend_on_threads_or_company(name: str) -> None:
    programs, worlds = TokenBatch.concat([sample_programs(150, 3), looping(50, 3)]), task(name).sample(9, seed=2)
    one = task(name).returns(programs, worlds, threads=1)
    assert one.shape == (200, 9) and one.dtype == np.float64
    for threads in (2, 3, 8, None):
        assert np.array_equal(one, task(name).returns(programs, worlds, threads=threads))
    assert np.array_equal(one[17:18, 4:6], task(name).returns(programs[17], worlds[4:6]))
    assert np.array_equal(one, task(name).returns(programs.programs(), task(name).arena(worlds), DEFAULT_BUDGET))
    assert task(name).returns([], worlds).shape == (0, 9)


@pytest.mark.parametrize("name", names())
def test_maps_of_the_users_own(name: str) -> None:
    """Any world at all: finite returns, or an error that says what it lacks."""
    programs, rng, scored = TokenBatch.concat([looping(30, 0), sample_programs(30, 0)]), np.random.default_rng(0), 0
    for shape in (
        (1, 1),
        (1, 5),
        (5, 1),
        (2, 2),
        (3, 3),
        (3, 8),
        (8, 3),
        (2, 9),
        (4, 4),
        (3, 20),
        (20, 3),
        (9, 8),
        (6, 7),
        (40, 9),
    ):
        for most in (0, 1, 9):
            start = (rng.integers(shape[0]), rng.integers(shape[1]), 1)
            walls = rng.random(shape) < 0.15
            walls[start[:2]] = False
            own = World(walls, np.where(walls, 0, rng.integers(0, most + 1, shape)), start)
            try:
                returns = task(name).returns(programs, Worlds.stack([own]), Budget.primitives(150))
            except TaskError as error:
                assert error.message.startswith("not a world for this task: ")
                continue
            scored += 1
            assert np.isfinite(returns).all()
    assert scored >= 9
