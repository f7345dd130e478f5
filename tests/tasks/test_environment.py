"""Any Gymnasium environment, with a file of perceptions: the same returns as stepping it by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.errors import InputError, TaskError
from leapscli.tasks.environment import EnvTask, find, reference
from leapscli.tasks.play import play
from leapscli.tasks.registry import task
from tests import ROOT
from tests.tasks.perceptions import CART_POLE, EACH, FROZEN_LAKE

gymnasium = pytest.importorskip("gymnasium")

TAXI = ROOT / "docs" / "examples" / "taxi.py"
MOST = Budget.primitives(150)


def made(folder: Path, env_id: str, text: str) -> EnvTask:
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    return find(reference(env_id, path))


@pytest.mark.parametrize("env_id", EACH)
def test_returns_are_those_of_the_environment_step_by_step(tmp_path, env_id: str) -> None:
    judge = made(tmp_path, env_id, EACH[env_id])
    programs, states = sample_programs(12, 3, vocabulary=judge.domain.vocabulary), judge.sample(3, seed=5)
    returns = judge.returns(programs, states, MOST)
    again = judge.returns(programs, states, MOST)  # remembered
    assert np.array_equal(returns, again)
    for p, program in enumerate(programs.programs()[:6]):
        episode = play(program, states[p % 3], MOST, task=judge)
        assert episode.total == pytest.approx(returns[p, p % 3])
    judge.pool.stop()


def test_a_state_that_is_told_is_simulated_once() -> None:
    judge = find(reference("Taxi-v4", TAXI))
    programs, states = sample_programs(200, 3, vocabulary=judge.domain.vocabulary), judge.sample(4, seed=5)
    returns = judge.returns(programs, states)
    assert judge.pool.steps < 4 * 3000  # Taxi has 500 states and 6 actions
    for p in (0, 50, 100, 150):
        episode = play(programs[p].programs()[0], states[p % 4], judge.budget, task=judge)
        assert episode.total == returns[p, p % 4]
    judge.pool.stop()


def test_a_program_is_a_policy_it_acts_until_the_end() -> None:
    judge = find(reference("Taxi-v4", TAXI))
    states, words = judge.sample(3, 0), judge.domain.vocabulary
    tell = {
        "south": -200.0,
        "REPEAT R=0 r( south r)": -200.0,  # never acts: its first action
        "WHILE c( not c( at_stop c) c) w( IF c( at_stop c) i( north i) w)": -200.0,  # an endless loop
        "north REPEAT R=19 r( REPEAT R=19 r( REPEAT R=19 r( IF c( at_stop c) i( north i) r) r) r)": -200.0,
    }
    for text, wanted in tell.items():
        program = Program.parse(f"DEF run m( {text} m)", words)
        assert judge.returns([program], states).tolist() == [[wanted] * 3], text
        assert play(program, states[0], judge.budget, task=judge).total == wanted, text
    judge.pool.stop()


def test_a_hand_written_program_drives_the_taxi() -> None:
    """Far better than random: -770, as 300 random episodes earn."""
    judge = find(reference("Taxi-v4", TAXI))
    text = (
        "DEF run m( WHILE c( way_is_north c) w( north w) WHILE c( way_is_south c) w( south w) WHILE c( way_is_east c)"
        " w( east w) WHILE c( way_is_west c) w( west w) IF c( at_stop c) i( dropoff pickup i) m)"
    )
    found = judge.returns([Program.parse(text, judge.domain.vocabulary)], judge.sample(100, 1)).mean()
    assert -10 < found < 8
    judge.pool.stop()


def test_the_task_is_found_by_its_reference() -> None:
    judge = task(reference("Taxi-v4", TAXI))
    assert isinstance(judge, EnvTask) and judge.name == "taxi-v4" and judge.best == 8
    assert judge.arguments == ["--env", "Taxi-v4", "--perceptions", str(TAXI)]
    assert judge.sample(4, 1, first=2).seeds.tolist() == judge.sample(6, 1).seeds.tolist()[2:]
    with pytest.raises(TaskError, match="has no other size"):
        judge.resized(4, 4)
    with pytest.raises(InputError, match="programs of karel in Taxi-v4"):
        judge.returns([Program.parse("DEF run m( move m)")], judge.sample(1, 0))


@pytest.mark.parametrize(
    ("env_id", "text", "complaint"),
    [
        ("CartPole-v1", "ACTIONS = ('left', 'right')", "it defines no perceptions"),
        ("CartPole-v1", "def a(env):\n    return True", "ACTIONS: expected names of its actions 0 to 1"),
        ("CartPole-v1", "ACTIONS = ('a', 'b', 'c')\ndef d(env):\n    return True", "c: the int 2 is no action"),
        ("Pendulum-v1", "ACTIONS = ('a', 'b')\ndef d(env):\n    return True", "{name: action} for some of them"),
        ("Pendulum-v1", "ACTIONS = {'a': [9.0]}\ndef d(env):\n    return True", "is no action"),
        ("CartPole-v1", CART_POLE + "\ndef wrong(world):\n    return True", "it must be def wrong\\(env\\)"),
        ("CartPole-v1", CART_POLE + "\nPERCEPTIONS = ('gone',)", "'gone' is no function of this file"),
        ("CartPole-v1", CART_POLE.replace("falls_right", "while_"), "'while_' and 'WHILE' are one word"),
        ("CartPole-v1", CART_POLE.replace("ACTIONS", "BEST = 'much'\nACTIONS"), "BEST: expected the most"),
        ("CartPole-v1", CART_POLE + "\ndef state(world):\n    return 1", "def state\\(env\\)"),
        ("NoSuch-v0", CART_POLE, "--env NoSuch-v0: "),
        ("CartPole-v1", "1 / 0", "mine.py:1: ZeroDivisionError"),
    ],
)
def test_mistakes_in_the_file_are_told(tmp_path, env_id, text, complaint) -> None:
    with pytest.raises(TaskError, match=complaint):
        made(tmp_path, env_id, text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (CART_POLE.replace("observation[1] > 0", "observation[9] > 0"), "moves_right: IndexError"),
        (CART_POLE.replace("observation[1] > 0", "'yes'"), "must return True or False, not"),
        (CART_POLE + "\ndef state(env):\n    return [1]", "state: TypeError"),
        (
            "import random\n" + CART_POLE.replace("observation[1] > 0", "random.random() > 0.5"),
            "does not repeat itself",
        ),
    ],
)
def test_mistakes_in_a_worker_are_told(tmp_path, text, complaint) -> None:
    judge = made(tmp_path, "CartPole-v1", text)
    programs = sample_programs(40, 1, vocabulary=judge.domain.vocabulary)
    with pytest.raises(TaskError, match=complaint):
        judge.returns(programs, judge.sample(3, 0))


def test_a_process_that_dies_is_told(tmp_path) -> None:
    judge = made(tmp_path, "FrozenLake-v1", FROZEN_LAKE + "\nimport os\n\ndef dies(env):\n    os._exit(3)\n")
    programs = sample_programs(2, 1, vocabulary=judge.domain.vocabulary)
    with pytest.raises(TaskError, match="its process ended"):
        judge.returns(programs, judge.sample(1, 0))


def test_its_speed_is_measured() -> None:
    judge = find(reference("Taxi-v4", TAXI))
    speed = judge.estimate()
    assert speed.episodes > 1 and speed.steps > 1 and speed.workers >= 1
    judge.pool.stop()
