"""A task file that only a manifest names runs if its user has run that very content before."""

from __future__ import annotations

import os
import shutil

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.tasks.custom.known import is_known, remember
from tests import ROOT

SWEEPER = ROOT / "docs" / "examples" / "sweeper.py"
FEW = [part for text in ("iterations=3", "states=4", "validation=4", "held_out=4") for part in ("--set", text)]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LEAPS_CACHE", raising=False)
    return tmp_path / "cache" / "leaps" / "tasks"


def test_a_file_is_known_by_its_content(tmp_path):
    mine = tmp_path / "mine.py"
    shutil.copy(SWEEPER, mine)
    assert not is_known(mine)
    remember(mine)
    assert is_known(mine)
    mine.write_text(mine.read_text() + "# edited\n")
    assert not is_known(mine)


@pytest.mark.parametrize("what", ["file", "note", "folder"])
def test_what_others_can_write_is_not_known(tmp_path, own_cache, what):
    mine = tmp_path / "mine.py"
    shutil.copy(SWEEPER, mine)
    remember(mine)
    {"file": mine, "note": next(own_cache.iterdir()), "folder": own_cache}[what].chmod(0o777)
    assert not is_known(mine)


def test_pipes_folders_and_missing_files_are_not_known(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    for path in (tmp_path / "pipe.py", tmp_path, tmp_path / "none.py"):
        remember(path)
        assert not is_known(path)


def test_a_runs_task_file_is_not_executed_for_the_run_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine.py"
    shutil.copy(SWEEPER, mine)

    def call(*arguments, code=0):
        result = CliRunner().invoke(build(), arguments)
        if code:
            return result.exception
        assert result.exit_code == 0, (result.output, result.exception)
        return result

    call("synthesize", "mine.py", "--searcher", "hill-climbing", *FEW)
    assert Workspace(tmp_path).resolve("mine", "run").manifest.recipe["task"] == str(mine)
    assert "mine 8×8, episode 0:0" in call("run", "mine").output  # the user has run it before
    mine.write_text(SWEEPER.read_text() + "\nopen('executed', 'w')\n")
    assert f"note: found for {mine}; --task {mine} runs it there" in call("run", "mine").output
    error = call("evaluate", "mine", "--episodes", "5", code=2)
    assert error.message == "no task to score it on" and f"--task {mine} runs it" in error.hint
    assert not (tmp_path / "executed").exists()
    call("evaluate", "mine", "--task", "mine.py", "--episodes", "5")
    assert (tmp_path / "executed").exists()
