"""Gymnasium environments: what the engine and the reference do, they do; and Gymnasium has nothing to object to."""

from __future__ import annotations

import subprocess
import sys
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

import leapscli as leaps
import leapscli.envs as envs
from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.referee import KarelReferee
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTION_ID, ACTIONS, PERCEPTIONS
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.errors import InputError, TaskError
from leapscli.tasks.play import play as replay
from leapscli.tasks.suites import names
from tests import ROOT
from tests.stages.published import planes

STEPS, SIDE_BY_SIDE = 100_000, 50
KINDS = ("state", "perceptions", "perceptions+action")


@pytest.mark.parametrize("task", names())
@pytest.mark.parametrize("observation", KINDS)
def test_gymnasium_has_nothing_to_object_to(task, observation):
    env = gymnasium.make(envs.identifier(task), observation=observation, render_mode="rgb_array")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped)


class Followed:
    """One episode by the slow interpreter and the task's reward as Python."""

    def __init__(self, task: leaps.tasks.registry.Task, world: leaps.World) -> None:
        self.karel, self.referee = Karel(world), KarelReferee(task.module.reward, task.arena([world]))

    def step(self, action: int) -> tuple[float, bool]:
        changed = self.karel.act(ACTIONS[action])
        reward, over, _ = self.referee.judge(ACTIONS[action], changed, self.karel)
        return reward, over

    def perceptions(self) -> list[bool]:
        return [self.karel.perceive(name) for name in PERCEPTIONS]


@pytest.mark.parametrize("name", names())
def test_rewards_ends_and_perceptions_are_those_of_the_reference_over_many_random_steps(name):
    task = leaps.task(name)
    env = gymnasium.make_vec(envs.identifier(name), num_envs=SIDE_BY_SIDE, autoreset_mode="SameStep", max_steps=300)
    observations, _ = env.reset(seed=4)
    starts = task.sample(1024, 4)
    followed, begun = [Followed(task, starts[j]) for j in range(SIDE_BY_SIDE)], [0] * SIDE_BY_SIDE
    rng = np.random.default_rng(5)
    for _ in range(STEPS // SIDE_BY_SIDE):
        actions = rng.choice(5, SIDE_BY_SIDE, p=(0.4, 0.15, 0.15, 0.2, 0.1))
        observations, rewards, terminated, truncated, infos = env.step(actions)
        for j, each in enumerate(followed):
            assert (rewards[j], terminated[j]) == each.step(int(actions[j]))
            over = terminated[j] or truncated[j]
            assert (infos["final_obs"] if over else observations)[j].tolist() == each.perceptions()
            if over:
                begun[j] += 1
                followed[j] = Followed(task, starts[(j + begun[j] * SIDE_BY_SIDE) % 1024])


@pytest.mark.parametrize("name", names())
def test_a_program_earns_in_an_environment_what_the_engine_says(name):
    task, env = leaps.task(name), gymnasium.make(envs.identifier(name), max_steps=200)
    programs = sample_programs(25, seed=3).programs()
    worlds = task.sample(4, 7)
    for program in programs:
        policy = envs.ProgramPolicy(program)
        for i in range(len(worlds)):
            played = envs.play(env, policy, options={"world": worlds[i]})
            shown = replay(program, worlds[i], Budget.primitives(3000), task=task)
            trace = [ACTION_ID[step.name] for step in shown.actions]
            assert played.actions == trace[: len(played.actions)] and played.before == worlds[i]
            if not played.truncated and not shown.truncated:
                expected = task.returns([program], worlds[i : i + 1], Budget.primitives(3000))[0, 0]
                assert played.total == pytest.approx(expected, abs=1e-12)
                assert len(played.actions) == len(trace) and played.after == shown.after


def test_the_state_is_that_of_the_published_code():
    env = gymnasium.make("leaps/Harvester-v0", observation="state")
    (state, _), rng = env.reset(seed=1), np.random.default_rng(0)
    for _ in range(50):
        assert state.dtype == np.uint8 and state.shape == (16, 8, 8)
        assert np.array_equal(state.transpose(1, 2, 0), planes(env.unwrapped.world))
        state = env.step(int(rng.integers(3)))[0]  # others may end it


def test_the_last_action_is_observed_and_none_at_the_start():
    env = gymnasium.make("leaps/Maze-v0", observation="perceptions+action")
    assert env.reset(seed=1)[0][5:].tolist() == [0] * 5
    assert env.step(1)[0][5:].tolist() == [0, 1, 0, 0, 0]
    assert env.reset()[0][5:].tolist() == [0] * 5


def test_worlds_follow_from_the_seed_as_those_of_the_task():
    task, env = leaps.task("topoff"), gymnasium.make("leaps/Topoff-v0").unwrapped
    for seed in (3, 4, 3):
        env.reset(seed=seed)
        assert env.world == task.sample(1, seed)[0]
        env.reset()
        assert env.world == task.sample(1, seed, first=1)[0]
    first, second = (gymnasium.make("leaps/Topoff-v0").unwrapped for _ in range(2))
    first.reset(), second.reset()
    assert first._seed != second._seed  # of its own where none is given


def test_episodes_are_cut_short_after_a_thousand_actions_more_in_larger_worlds():
    for size, limit in ((None, 1000), (16, 4000)):
        env = gymnasium.make("leaps/Maze-v0", size=size)
        env.reset(seed=0)
        ends = [env.step(1)[2:4] for _ in range(limit)]
        assert not any(terminated or truncated for terminated, truncated in ends[:-1]) and ends[-1] == (False, True)
        with pytest.raises(InputError, match="the episode is over"):
            env.unwrapped.step(1)


def test_next_step_ignores_the_action_that_begins_an_episode():
    env = gymnasium.make_vec("leaps/Stairclimber-v0", num_envs=1)
    assert env.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    env.reset(seed=0)
    for _ in range(1000):
        over = env.step(np.array([0]))[2][0]
        if over:
            break
    assert over
    _, rewards, terminated, truncated, infos = env.step(np.array([1]))
    assert (rewards[0], terminated[0], truncated[0], infos) == (0.0, False, False, {})
    assert env.unwrapped._episodes.steps[0] == 0


def test_without_autoreset_a_mask_begins_episodes():
    env = gymnasium.make_vec("leaps/Maze-v0", num_envs=3, autoreset_mode="Disabled", max_steps=2)
    env.reset(seed=0)
    env.step(np.array([1, 1, 1]))
    _, _, terminated, truncated, _ = env.step(np.array([1, 1, 1]))
    assert truncated.all()
    with pytest.raises(InputError, match="an episode is over"):
        env.step(np.array([1, 1, 1]))
    env.reset(options={"reset_mask": terminated | truncated})
    env.step(np.array([1, 1, 1]))


@pytest.mark.parametrize("mode", ["rgb_array", "ansi"])
def test_rendering(mode):
    env = gymnasium.make("leaps/Harvester-v0", render_mode=mode)
    env.reset(seed=0)
    shown = env.render()
    if mode == "ansi":
        assert leaps.World.parse(shown) == env.unwrapped.world
    else:
        assert shown.dtype == np.uint8 and shown.ndim == 3 and shown.shape[2] == 3
        env.step(1)
        assert not np.array_equal(env.render(), shown)
    several = gymnasium.make_vec("leaps/Harvester-v0", num_envs=2, render_mode=mode)
    several.reset(seed=0)
    assert len(several.render()) == 2


def test_a_task_file_of_ones_own():
    path = str(ROOT / "docs/examples/sweeper.py")
    env = gymnasium.make("leaps/Karel-v0", task=path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped)
    many = gymnasium.make_vec("leaps/Karel-v0", num_envs=4, task=path, worlds=8)
    many.reset(seed=0)
    assert many.step(np.zeros(4, int))[1].shape == (4,)


def test_a_reward_that_fails_is_named(tmp_path):
    text = (ROOT / "docs/examples/sweeper.py").read_text()
    broken = text.replace("    if zone[pos] == RUG or", "    memory[100] = 1\n    if zone[pos] == RUG or")
    (tmp_path / "broken.py").write_text(broken)
    env = gymnasium.make("leaps/Karel-v0", task=str(tmp_path / "broken.py"))
    env.reset(seed=0)
    with pytest.raises(TaskError, match=r"broken\.py: reward: IndexError"):
        env.step(0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"observation": "pixels"}, "observation: expected state, perceptions, perceptions"),
        ({"render_mode": "human"}, "render_mode: expected rgb_array or ansi"),
        ({"max_steps": 0}, "max_steps: expected a whole number above 0"),
        ({"size": 2}, "maze at 2×2"),
        ({"task": None}, "no task"),
        ({"task": "nosuch"}, "no task is called 'nosuch'"),
    ],
)
def test_what_cannot_be_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        envs.KarelEnv(**{"task": "maze", **settings})
    if "render_mode" not in settings:
        with pytest.raises(InputError, match=message):
            envs.KarelVectorEnv(**{"task": "maze", **settings})


def test_actions_that_are_none_are_refused():
    env = gymnasium.make_vec("leaps/Maze-v0", num_envs=2)
    with pytest.raises(InputError, match="no episode has begun"):
        env.step(np.array([0, 1]))
    env.reset(seed=0)
    for wrong in (np.array([0, 5]), np.array([0, -2]), np.array([0]), np.array([0.5, 1])):
        with pytest.raises(InputError, match="actions"):
            env.step(wrong)
    one = envs.KarelEnv("maze")
    one.reset(seed=0)
    with pytest.raises(InputError, match="actions are 0 to 4"):
        one.step(5)


def test_a_program_that_never_acts_again_ends():
    policy = envs.ProgramPolicy(
        Program.parse("DEF run m( WHILE c( frontIsClear c) w( IF c( leftIsClear c) i( move i) w) m)")
    )
    assert policy(np.array([1, 0, 0, 0, 1])) is None


def test_without_gymnasium_one_line_says_what_to_install():
    code = """
import sys
sys.modules["gymnasium"] = None
try:
    import leapscli.envs
except ImportError as error:
    print(error, error.hint)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout == "Gymnasium is not installed pip install 'leaps[gymnasium]'\n", result.stderr
