"""Worlds of one's own and environments on the command line: the first hour of a user."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.errors import InputError, TaskError
from tests import ROOT

runner = CliRunner()
LIFT, TAXI = ROOT / "docs" / "examples" / "lift.py", ROOT / "docs" / "examples" / "taxi.py"


def call(*words: str) -> str:
    result = runner.invoke(build(), words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def here(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lift.py").write_text(LIFT.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_a_world_from_a_search_to_pictures(here: Path) -> None:
    found = call("synthesize", "--domain", "lift.py", "--set", "held_out=50")
    assert "# return: 1.000 on the 32 states searched" in found
    text = (here / "runs" / "lift" / "v1" / "program.txt").read_text(encoding="utf-8")
    assert "# actions: up, down, load, unload\n# perceptions: at_top, at_ground, somebody_waits, is_full\n" in text
    shown = call("run", "lift", "--task", "lift.py", "--png", "a.png", "--gif", "a.gif", "--trace", "a.jsonl")
    assert "return" in shown and "a bump" not in shown
    assert (here / "a.png").read_bytes().startswith(b"\x89PNG") and (here / "a.gif").stat().st_size > 1000
    assert '"episodes": 40' in call("evaluate", "lift", "--task", "lift.py", "--episodes", "40", "--json")
    (here / "plain.txt").write_text("def run():\n    up()\n", encoding="utf-8")
    call("run", "plain.txt", "--task", "lift.py")
    call("fmt", "runs/lift/v1/program.txt", "--check")
    call("report", "lift")
    call("learn", "-o", "mine.csv")
    with pytest.raises(InputError, match="has programs of up, down, load, unload"):
        call("synthesize", "lavagap", "--set", "library=mine.csv")


def test_a_start_in_the_worlds_language(here: Path) -> None:
    (here / "start.txt").write_text("DEF run m( up load down unload m)\n", encoding="utf-8")
    call("synthesize", "lift.py", "--start", "start.txt", "--set", "held_out=50")


def test_minigrid(here: Path) -> None:
    assert "1.000 on 200 fresh ones" in call("synthesize", "lavagap", "--set", "held_out=200", "--max-time", "60s")
    assert "redbluedoor" in call("tasks")
    assert "###" in call("tasks", "redbluedoor", "--png", "a.png") and (here / "a.png").stat().st_size > 500


def test_what_does_not_fit_is_refused(here: Path) -> None:
    for words, complaint in (
        (("baseline", "lift.py", "--dry-run"), "baselines are trained only for tasks in Karel's world"),
        (("synthesize", "--domain", "lift.py", "--task", "lavagap"), "lavagap is no task of the world lift.py"),
        (("synthesize", "lift.py", "--model", "shipped"), "a model of karel for lift, whose language is lift"),
    ):
        with pytest.raises((InputError, TaskError), match=complaint):
            call(*words)


def test_an_environment_from_a_search_to_pictures(here: Path) -> None:
    """Better than random by a margin: random episodes earn -770, no illegal move -200."""
    pytest.importorskip("gymnasium")
    taxi = ("--env", "Taxi-v4", "--perceptions", str(TAXI))
    found = call("synthesize", *taxi, "--max-time", "5s", "--set", "held_out=20", "--seed", "3")
    searched, fresh = (float(part.split()[0]) for part in found.split("return: ")[1].split("searched, "))
    assert searched >= -300 and fresh >= -300
    shown = call("run", "taxi-v4", *taxi, "--gif", "a.gif")
    assert "seed" in shown and (here / "a.gif").stat().st_size > 1000
    assert '"mean"' in call("evaluate", "taxi-v4", *taxi, "--episodes", "10", "--json")
    for words, complaint in (
        (("--env", "Taxi-v4"), "--env and --perceptions go together"),
        ((*taxi, "--task", "maze"), "two tasks: maze, and --env Taxi-v4"),
        (("--env", "Taxi-v4", "--perceptions", "gone.py"), "no file of perceptions"),
    ):
        with pytest.raises((InputError, TaskError), match=complaint):
            call("synthesize", *words)
