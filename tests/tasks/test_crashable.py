"""Crashable episodes: an action that does nothing ends them, and is rewarded first."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from typer.testing import CliRunner

import leapscli as leaps
from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.domains.karel.world import World
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.envs.env import KarelEnv
from leapscli.stages.sources import choose_task, load_program
from leapscli.stages.synthesize.choose import choose_recipe
from leapscli.stages.synthesize.plan import prepare
from leapscli.tasks.play import play
from leapscli.tasks.registry import task
from leapscli.tasks.suites import names

CELL = World.parse("#####\n#>.1#\n#####\n")


@pytest.mark.parametrize("name", names())
def test_a_return_counts_what_was_earned_up_to_the_first_action_that_does_nothing(name: str) -> None:
    """Found by hand: episodes that do not crash, cut there."""
    usual, crashable = task(name), task(name, crashable=True)
    tokens, worlds = sample_programs(40, seed=5), usual.sample(6, seed=2)
    expected = np.zeros((len(tokens), len(worlds)))
    crashes = 0
    for p, program in enumerate(tokens.programs()):
        for w in range(len(worlds)):
            actions = play(program, worlds[w], usual.budget, task=usual).actions
            first = next((i for i, step in enumerate(actions) if not step.changed), len(actions))
            expected[p, w] = sum(step.reward for step in actions[: first + 1])
            episode = play(program, worlds[w], usual.budget, task=crashable)
            assert episode.total == pytest.approx(expected[p, w])
            if first != len(actions) - 1:  # else the task may be over with it
                assert (episode.end == "crashed") == (first < len(actions))
            crashes += episode.end == "crashed"
    np.testing.assert_allclose(crashable.returns(tokens, worlds, usual.budget), expected)
    assert crashes > 20


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("DEF run m( move move move turnLeft m)", 3),
        ("DEF run m( pickMarker move m)", 1),
        ("DEF run m( move move REPEAT R=19 r( putMarker r) m)", 11),
        ("DEF run m( REPEAT R=3 r( turnLeft r) move m)", 4),
        ("DEF run m( move turnRight turnRight move m)", 4),
    ],
)
def test_a_bump_an_empty_pick_and_a_full_put_crash(text: str, done: int) -> None:
    program = Program.parse(text)
    episode = play(program, CELL, leaps.Budget.primitives(), crashable=True)
    last = episode.actions[-1]
    assert len(episode.actions) == done
    assert (episode.end == "crashed") == (not last.changed)
    if not last.changed:
        assert episode.after.agent == (episode.actions[-2].agent if done > 1 else CELL.agent), "Karel does not turn"


def test_a_task_keeps_its_rules_when_resized_pickled_or_used_as_an_environment() -> None:
    doorkey = task("doorkey", crashable=True)
    assert doorkey.crashable and not task("doorkey").crashable
    assert "crashable" in repr(doorkey) and "crashable" not in repr(task("doorkey"))
    assert doorkey.resized(12, 12).crashable and pickle.loads(pickle.dumps(doorkey)).crashable
    env = KarelEnv(task("harvester", crashable=True))
    env.reset(seed=0)
    ended = False
    for _ in range(9):  # straight ahead into the wall
        *_, ended, _, _ = env.step(0)
        if ended:
            break
    assert ended


def test_a_search_remembers_its_rules(tmp_path) -> None:
    workspace = Workspace(tmp_path)
    recipe = choose_recipe(workspace, "maze", "evolution", None, ["states=4", "validation=4"])
    usual = prepare(recipe, workspace, task("maze"), None)
    asked = prepare(recipe, workspace, task("maze", crashable=True), None)
    told = prepare(recipe.model_copy(update={"crashable": True}), workspace, task("maze"), None)
    assert asked.recipe.crashable and asked.task.crashable and asked.key == told.key != usual.key
    run = leaps.synthesize("maze", "evolution", workspace=tmp_path, crashable=True, states=4, seed=1, progress=False)
    assert run.task().crashable and run.metrics["return_searched"] == 1
    source = load_program(str(run.artifact.path / "program.txt"), workspace)
    assert source.crashable
    for found in (source, load_program(run.artifact.reference, workspace)):
        again = choose_task(found, None, None, None)
        assert again is not None and again.crashable
    other = choose_task(source, "harvester", None, None)
    assert other is not None and other.crashable


def test_a_crashable_search_draws_from_programs_that_were_found_so(tmp_path) -> None:
    workspace = Workspace(tmp_path)
    usual, crashable = (
        choose_recipe(workspace, "maze", "library-evolution", None, [f"crashable={so}"]) for so in ("false", "true")
    )
    assert (usual.library, crashable.library) == ("shipped", "crashable")
    assert prepare(usual, workspace, task("maze", crashable=True), None).recipe.library == "crashable"
    own = choose_recipe(workspace, "maze", "library-evolution", None, ["crashable=true", "library=mine.csv"])
    assert own.library.endswith("/mine.csv")
    command = ["sweep", "maze", "--crashable", "--recipe", "library-evolution", "--seeds", "1", "--set", "states=4"]
    for _ in range(2):
        assert CliRunner().invoke(build(), [*command, "--workspace", str(tmp_path)]).exit_code == 0
    (run,) = workspace.list("run")
    assert run.manifest.recipe["library"] == "crashable"


def test_a_batch_is_scored_as_its_programs_are_played() -> None:
    snake = task("snake", crashable=True)
    tokens, worlds = TokenBatch.concat([sample_programs(30, seed=9)]), snake.sample(4, seed=1)
    played = [[play(p, w, snake.budget, task=snake).total for w in worlds] for p in tokens.programs()]
    np.testing.assert_allclose(snake.returns(tokens, worlds, snake.budget), played)
