"""Baselines learn, are kept without a pickle, go on where they were stopped, and are scored beside programs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import leapscli as leaps
from leapscli.artifacts.manifest import content_hash, describe_file, write_manifest
from leapscli.artifacts.store import Workspace, verify
from leapscli.baselines.policy import TreePolicy, load, recipe_of, returns
from leapscli.baselines.train import train as learn
from leapscli.baselines.tree import DecisionTree
from leapscli.baselines.viper import imitate
from leapscli.envs.episodes import Episodes
from leapscli.errors import ArtifactError, InputError, Interrupted, MissingExtra
from leapscli.progress import Silent, StopFlag
from leapscli.recipes.policy import PolicyRecipe, Tree
from leapscli.stages import baseline as stage
from tests import ROOT

SMALL = {"steps": 4096, "envs": 16, "rollout": 64, "validation": 8, "held_out": 16, "width": 8, "layers": 1}
ALWAYS_MOVE = {"feature": [-1], "no": [-1], "yes": [-1], "action": [0]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("place")
    leaps.baseline("maze", "smoke", workspace=root, seed=1)
    return root


def test_ppo_solves_a_maze_in_seconds_and_is_scored_as_programs_are(place):
    policy = leaps.load_policy("maze-smoke", workspace=place)
    assert policy.metrics["return_held_out"] == 1.0 and policy.metrics["stop_reason"] == "steps"
    assert policy.history[-1]["steps"] >= 40_000 and "algorithm ppo" in repr(policy) and policy.tree is None
    assert verify(policy.artifact) == []
    files = {file.name for file in policy.artifact.manifest.files}
    assert files == {"weights.safetensors", "history.csv"}
    result = leaps.evaluate(policy, episodes=100)
    assert result.mean == 1.0 and result.record()["program"] == "maze-smoke@v1"
    assert leaps.evaluate(policy, size=12, episodes=20).task.height == 12


def test_returns_are_those_of_the_environment_step_by_step(place):
    artifact, task = Workspace(place).resolve("maze-smoke", "policy"), leaps.task("maze")
    recipe = recipe_of(artifact).replace(max_steps=40)
    policy = load(artifact, task)
    found = returns(policy, task, recipe, 6, 3)
    for i in range(6):
        episodes = Episodes(task, 1, recipe.observation, recipe.max_steps)
        one = np.zeros(1, np.intp)
        episodes.begin(one, task.arena(task.sample(1, 3, first=i)), one)
        policy.begin(1)
        total, over = 0.0, False
        while not over:
            rewards, terminated, truncated = episodes.act(policy.act(episodes.observe()))
            total, over = total + rewards[0], bool(terminated[0] or truncated[0])
        assert found[i] == total


@pytest.mark.parametrize("algorithm", ["ppo", "recurrent", "viper"])
def test_equal_seeds_give_equal_policies(algorithm, tmp_path):
    settings = {**SMALL, "tree": {"rounds": 2, "samples": 512, "leaves": 8}}
    made = [
        leaps.baseline("stairclimber", "smoke", algorithm=algorithm, name=f"p{i}", workspace=tmp_path, **settings)
        for i in range(2)
    ]
    contents = [{f.name: f.sha256 for f in each.artifact.manifest.files if f.name != "history.csv"} for each in made]
    assert contents[0] == contents[1] and len(contents[0]) == (3 if algorithm == "viper" else 1)
    assert made[0].metrics["return_held_out"] == made[1].metrics["return_held_out"]


def test_the_whole_state_is_observed_at_its_own_size_only(tmp_path):
    policy = leaps.baseline("harvester", "ppo", workspace=tmp_path, **SMALL)
    assert np.isfinite(leaps.evaluate(policy, episodes=4).mean)
    with pytest.raises(InputError, match="observes the whole state of 8×8 worlds"):
        leaps.evaluate(policy, size=12, episodes=4)


class Stopping(Silent):
    """Asks to stop after so many updates."""

    def __init__(self, updates: int) -> None:
        self.flag, self.left = StopFlag(), updates

    def update(self, event: object) -> None:
        self.left -= 1
        if self.left == 0:
            self.flag.request()


def test_a_stopped_training_goes_on_to_its_end(tmp_path):
    plan = stage.prepare(PolicyRecipe(**SMALL), Workspace(tmp_path), leaps.task("maze"), "p")
    reporter = Stopping(2)
    with pytest.raises(Interrupted, match="the work so far is in"):
        stage.train(plan, reporter=reporter, stop=reporter.flag)
    assert Workspace(tmp_path).list("policy") == []
    policy = leaps.Policy(stage.train(plan, resume=True))
    steps = [row["steps"] for row in policy.history]
    assert steps == sorted(steps) and steps[-1] >= 4096 and steps[0] < 4096


def test_a_damaged_checkpoint_is_refused_in_a_line(tmp_path):
    task, recipe, reporter = leaps.task("maze"), PolicyRecipe(**SMALL), Stopping(1)
    learn(task, recipe, tmp_path, reporter=reporter, stop=reporter.flag, resume=False)
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArtifactError, match=r"checkpoint\.safetensors"):
        learn(task, recipe, tmp_path, reporter=Silent(), stop=StopFlag(), resume=True)


def test_damaged_weights_of_a_stopped_training_are_refused(tmp_path):
    task, recipe, reporter = leaps.task("maze"), PolicyRecipe(**SMALL), Stopping(2)
    learn(task, recipe, tmp_path, reporter=reporter, stop=reporter.flag, resume=False)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with pytest.raises(ArtifactError, match=r"weights\.safetensors"):
        learn(task, recipe, tmp_path, reporter=Silent(), stop=StopFlag(), resume=True)


def test_training_leaves_no_log_outside_its_workspace(tmp_path, monkeypatch):
    for name in ("place", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    leaps.baseline("maze", workspace=tmp_path / "place", **{**SMALL, "steps": 1024})
    assert not [path for path in (tmp_path / "tmp").iterdir() if not path.name.startswith("torchinductor")]


def test_a_time_limit_ends_it(tmp_path):
    policy = leaps.baseline("maze", "smoke", max_time=0.01, workspace=tmp_path, **{**SMALL, "steps": 10**7})
    assert policy.metrics["stop_reason"] == "time" and policy.metrics["steps"] < 10**7


class WallFollower:
    """Keeps a wall at its left: what it perceives and its last action tell what to do."""

    def begin(self, count: int) -> None:
        """Nothing is remembered."""

    def act(self, observations):
        """Left where that is clear and it has not just turned there; else ahead, else right."""
        left = (observations[:, 1] > 0.5) & (observations[:, 6] < 0.5)
        return np.where(left, 1, np.where(observations[:, 0] > 0.5, 0, 2))


def test_a_tree_does_as_well_as_the_rule_that_it_imitates():
    task, rounds = leaps.task("maze"), list[tuple[int, float]]()
    recipe = PolicyRecipe(algorithm="viper", envs=16, tree=Tree(rounds=3, samples=2000, leaves=16), validation=50)
    tree = imitate(WallFollower(), task, recipe, 5, lambda number, mean: rounds.append((number, mean)), StopFlag())
    assert [number for number, _ in rounds] == [1, 2, 3] and tree.leaves <= 16
    for policy in (WallFollower(), TreePolicy(tree)):
        assert returns(policy, task, recipe, 100, 9).mean() == 1
    seen = np.random.default_rng(0).integers(0, 2, (200, 10))
    assert DecisionTree.from_json(json.loads(json.dumps(tree.to_json()))).act(seen).tolist() == tree.act(seen).tolist()
    assert tree.text().count("if ") == tree.leaves - 1 and "leftIsClear" in tree.text()


@pytest.mark.parametrize(
    "change",
    [
        {"action": [9]},
        {"action": [0, 1]},
        {"action": ["move"]},
        {"feature": [], "no": [], "yes": [], "action": []},
        {"feature": [0], "no": [0], "yes": [0]},
        {"feature": [0], "no": [7], "yes": [9]},
        {"action": [True]},
        {"action": [10**30]},
    ],
)
def test_a_tree_that_is_none_is_refused(change):
    with pytest.raises(ValueError):
        DecisionTree.from_json({**ALWAYS_MOVE, **change})
    assert DecisionTree.from_json(ALWAYS_MOVE).act(np.zeros((3, 10))).tolist() == [0, 0, 0]


def sealed(artifact, **changes):
    """The manifest fits what was changed."""
    files = tuple(describe_file(artifact.path, file.name) for file in artifact.manifest.files)
    update = {"files": files, "content": content_hash(files), **changes}
    write_manifest(artifact.path / "manifest.yaml", artifact.manifest.model_copy(update=update))


def test_damaged_policies_are_refused_in_a_line(tmp_path):
    policy = leaps.baseline("maze", "smoke", workspace=tmp_path, **{**SMALL, "steps": 1024}).artifact
    recipe = dict(policy.manifest.recipe)
    sealed(policy, recipe={**recipe, "width": 9})
    with pytest.raises(ArtifactError, match="weights of another network"):
        leaps.evaluate(leaps.load_policy("maze-smoke", workspace=tmp_path), episodes=2)
    for wrong in ({"algorithm": "dqn"}, {"width": -1}, {"layers": "many"}):
        sealed(policy, recipe={**recipe, **wrong})
        with pytest.raises(ArtifactError, match="its recipe is none"):
            leaps.evaluate(leaps.load_policy("maze-smoke", workspace=tmp_path), episodes=2)
    sealed(policy, recipe={**recipe, "task": str(tmp_path / "evil.py")})
    with pytest.raises(InputError, match="was trained on the task file"):
        leaps.evaluate(leaps.load_policy("maze-smoke", workspace=tmp_path), episodes=2)


def test_a_missing_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(stage, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="Gymnasium is not installed") as raised:
        leaps.baseline("maze", workspace=tmp_path)
    assert raised.value.hint == "pip install 'leaps[baselines]'"


def test_every_recipe_is_one():
    from leapscli.recipes.loading import load_recipe

    for path in sorted((ROOT / "policies").glob("*.yaml")):
        assert load_recipe("policy", path.stem).steps > 0
