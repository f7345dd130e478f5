"""`leaps report`, and docs/reports.md: its commands run as written."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.errors import InputError, MissingArtifact
from tests import ROOT

PAGE = (ROOT / "docs" / "reports.md").read_text()
COMMANDS = [line.strip() for line in PAGE.splitlines() if line.startswith("    leaps ")]
LEAPS = str(ROOT / ".venv" / "bin" / "leaps")


def call(*arguments: str):
    return CliRunner().invoke(build(), ["report", *arguments])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the page's commands were run, one after the other."""
    folder = tmp_path_factory.mktemp("place")
    for line in COMMANDS:
        line = line.replace(" --open ", " ")
        subprocess.run(["bash", "-c", line], cwd=folder, check=True, capture_output=True, env=environment())
    return folder


def environment() -> dict[str, str]:
    import os
    import sys

    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "LEAPS_WORKSPACE": ""}


def test_commands_run_as_written(place):
    assert len(COMMANDS) == 7
    pages = {"maze-v1.html", "maze.html", "sweep.html", "shipped-v1.html", "page.html"}
    assert pages == {path.name for path in place.glob("*.html")}
    assert all(path.read_text().startswith("<!doctype html>") for path in place.glob("*.html"))
    assert (place / "maze-v1.html").read_bytes() == (place / "maze.html").read_bytes()


def test_the_keys_and_options_are_those_of_the_player():
    script = (ROOT / "leapscli/report/pages/static/player.js").read_text()
    assert all(key in script for key in ("ArrowLeft", "ArrowRight", "Home", "End", '" "', '"+"', '"-"'))


def test_a_page_shows_one_artifact_or_several_runs(place, monkeypatch):
    monkeypatch.chdir(place)
    error = call("maze", "shipped").exception
    assert isinstance(error, InputError) and error.message == "a page shows one model, or several runs"
    error = call("nothing-*").exception
    assert isinstance(error, MissingArtifact) and "no run is called like nothing-*" in error.message
    error = call("shipped", "--task", "maze").exception
    assert isinstance(error, InputError) and "which plays none" in error.message
    error = call("maze", "-o", "nowhere/page.html").exception
    assert isinstance(error, InputError) and "nowhere" in error.message


def test_a_run_of_another_task_and_of_a_task_file_that_is_gone(place, monkeypatch, tmp_path):
    monkeypatch.chdir(place)
    assert call("maze", "--task", "harvester", "-o", str(tmp_path / "other.html")).exit_code == 0
    assert "harvester" in (tmp_path / "other.html").read_text()
    own = tmp_path / "mine.py"
    own.write_text((ROOT / "docs/examples/sweeper.py").read_text())
    line = f"leaps synthesize {own} --searcher evolution --set iterations=2 --set target=null"
    subprocess.run(["bash", "-c", line], cwd=place, check=True, capture_output=True, env=environment())
    own.unlink()
    assert call("mine", "-o", str(tmp_path / "gone.html")).exit_code == 0
    text = (tmp_path / "gone.html").read_text()
    assert "The program was not run for this page" in text and "data-episodes" not in text


def test_a_damaged_run_is_refused(place, monkeypatch, tmp_path):
    monkeypatch.chdir(place)
    run = Workspace(place).resolve("maze", "run")
    state = run.path / "state.npz"
    whole = state.read_bytes()
    try:
        state.write_bytes(whole[:-9] + b"damaged!!")
        error = call("maze", "-o", str(tmp_path / "page.html")).exception
        assert re.search(r"damaged|state\.npz", str(error))
    finally:
        state.write_bytes(whole)


def test_published_results_stand_beside_runs_at_the_size_they_were_published_for(place, monkeypatch, tmp_path):
    monkeypatch.chdir(place)
    line = "leaps sweep maze --size 10 --searcher evolution --seeds 2 --set iterations=2 --set target=null"
    subprocess.run(["bash", "-c", f"{line} --workspace {tmp_path}"], check=True, capture_output=True, env=environment())
    for workspace, expected in ((place, True), (tmp_path, False)):
        page = tmp_path / "page.html"
        assert call("maze-*", "--workspace", str(workspace), "-o", str(page)).exit_code == 0
        text = page.read_text()
        assert ("LEAPS, table 3" in text) == expected == ("HC, published" in text)
