"""A task whose best return is 5: everything that compares a return with the best one goes by what its file tells."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli import sweep_options as side_by_side
from leapscli.cli.main import build
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.report.terminal.player import Player
from leapscli.stages.sources import load_program
from leapscli.stages.sweep.jobs import methods, plan_jobs
from leapscli.stages.sweep.sweep import Sweep
from leapscli.tasks.play import play
from leapscli.tasks.registry import Task, task
from tests.stages.sweeps import HerePool

runner = CliRunner()
SOLVER = "DEF run m( WHILE c( frontIsClear c) w( move pickMarker w) m)"
ONE = "DEF run m( move pickMarker m)"
FIVE = '''"""Eat the five crumbs."""
from leapscli.tasks.kit import MOVE, PICK_MARKER, facing_east, room

SIZE = (4, 9)
BEST = 5


def draw(rng, height, width):
    """Five crumbs in a row, Karel before them."""
    return room(height, width, facing_east(1, 1), [(1, column) for column in range(2, 7)])


def memory(world):
    return [5]


def reward(action, changed, pos, ahead, cells, zone, memory):
    """A point for each, in parts that do not quite sum to one."""
    if action == PICK_MARKER and changed:
        memory[0] -= 1
        return 0.1 + 0.7 + 0.2, memory[0] == 0
    return 0.0, False
'''
SEARCH = ["--searcher", "evolution", "--set", "held_out=16", "--set", "validation=8", "--set", "states=4"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "five.py").write_text(FIVE)
    (tmp_path / "all.txt").write_text(SOLVER)
    (tmp_path / "some.txt").write_text(ONE)
    return tmp_path


def call(*arguments: str):
    result = runner.invoke(build(), [str(word) for word in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def record(*arguments: str) -> dict:
    return json.loads(call(*arguments, "--json").stdout)


def test_a_search_goes_on_until_the_best_return_of_its_task(here: Path) -> None:
    slow = [*SEARCH, "--set", "population=4", "--set", "pool=4", "--seed", "3"]
    found = record("synthesize", "--task", "five.py", *slow)
    assert found["stop_reason"] == "target"
    assert [found[f"return_{name}"] for name in ("searched", "validation", "held_out")] == [5.0, 5.0, 5.0]
    manifest = load_program("five", Workspace(here)).run.manifest
    assert manifest.recipe["target"] == 1.0 and manifest.metrics["return_held_out"] == 5.0
    history = (here / "runs" / "five" / "v1" / "history.csv").read_text().splitlines()
    before = float(history[-2].split(",")[1])
    assert 1 <= before < 5, "it went on from there"
    part = record("synthesize", "--task", "five.py", *slow, "--set", "target=0.2")
    assert part["stop_reason"] == "target" and part["return_searched"] >= 1 and part["iterations"] < found["iterations"]


def test_solved_is_the_best_return_of_the_task(here: Path) -> None:
    assert [record("evaluate", f"{name}.txt", "--task", "five.py")["solved"] for name in ("all", "some")] == [1, 0]
    best = record("evaluate", "all.txt", "--task", "five.py", "--episodes", "3")
    assert (best["mean"], best["task_best"], best["returns"]) == (5.0, 5.0, [5.0] * 3)
    shown = [record("run", f"{name}.txt", "--task", "five.py") for name in ("all", "some")]
    assert [(one["return"], one["solved"]) for one in shown] == [(5.0, True), (1.0, False)]
    words = call("evaluate", "all.txt", "--task", "five.py", "--episodes", "3").stdout
    assert "100.0%, with a return of 5.00" in words
    assert "best return  5.00" in call("tasks", "five.py").stdout


def test_a_player_lights_up_the_best_return_alone(here: Path) -> None:
    five = task("five.py")
    episode = play(Program.parse(SOLVER), five.sample(1, 0)[0], Budget.calls(), task=five)
    player = Player(episode, "tokens", None, paused=True)
    seen = []
    for at in range(len(episode.steps) + 1):
        player.playback.seek(at)
        seen.append(player.playback.solved)
    assert seen == [*[False] * len(episode.steps), True] and episode.solved


def test_a_sweep_and_its_page_go_by_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "_pool", lambda parallel, ray: HerePool().open())
    cells = record("sweep", "--task", "five.py", *SEARCH, "--seeds", "1")["cells"]
    assert [cell["return_held_out"]["mean"] for cell in cells] == [5.0]
    place = Workspace(here)
    jobs = plan_jobs(place, ["five.py"], methods([], ["evolution"]), 1, overrides=SEARCH[3::2])
    (cell,) = Sweep(jobs, place).board.rows
    assert cell.solved and not replace(cell, best=6.0).solved


def test_a_file_that_pays_more_than_it_tells_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = (["run", "all.txt"], ["evaluate", "all.txt"], ["synthesize", *SEARCH])
    assert not any("note: " in call(*command, "--task", "five.py").stderr for command in commands)
    monkeypatch.setattr(Task, "best", 1.0)  # as where the file says nothing
    for command in commands:
        said = call(*command, "--task", "five.py").stderr
        assert re.search(r"note: .*five\.py paid \d, and its best return is 1: tell the most it pays, BEST = …", said)


def test_where_all_returns_are_the_same_no_episode_is_called_the_worst(here: Path) -> None:
    for command in (["evaluate", "--episodes", "3"], ["run", "--episodes", "3"]):
        said = call(*command, "all.txt", "--task", "five.py")
        assert "the worst" not in said.stderr and "all returns are the same; the first episode again: " in said.stderr
        assert "--episode-seed 0:0 " in said.stderr and "5.00 in every episode" in said.stdout
