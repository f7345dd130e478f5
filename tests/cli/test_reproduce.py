"""`leaps reproduce`: the paper's stages in order, each made once, and a page beside the paper's table."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli import reproduce as command
from leapscli.cli import sweep_options as side_by_side
from leapscli.cli.main import build
from leapscli.errors import ArtifactError, InputError
from tests.stages.sweeps import HerePool

runner = CliRunner()
SHORT = ["reproduce", "--seeds", "1", "--train-time", "1s", "--search-time", "1s", "--parallel", "1"]


def call(*arguments: str):
    result = runner.invoke(build(), list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The same with a small dataset and two tasks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "DATA", "smoke")
    monkeypatch.setattr(command, "SUITE", "maze,stairclimber")
    pool = HerePool()
    monkeypatch.setattr(side_by_side, "_pool", lambda parallel, ray: pool.open())
    return pool


def test_it_makes_data_model_searches_and_a_page_each_once(small, tmp_path) -> None:
    result = call(*SHORT)
    place = Workspace(tmp_path)
    (data,), (model,), runs = (place.list(kind) for kind in ("dataset", "model", "run"))
    assert data.name == model.name == "paper" and model.manifest.recipe["losses"]["behavior"] == 1
    assert {run.manifest.recipe["task"] for run in runs} == {"maze", "stairclimber"}
    assert all(run.manifest.recipe["decoding"] == "sampled" and run.manifest.recipe["states"] == 10 for run in runs)
    assert all(run.manifest.parents[0].reference == model.reference for run in runs)
    page = (tmp_path / "REPRODUCTION.md").read_text()
    assert "## What differs from the paper" in page and "*LEAPS (LEAPS, table 3)*" in page
    assert re.search(r"\| `paper` \| [\d.-]+ \| [\d.-]+ \|", page), "no target, so no search reached one"
    assert "written to REPRODUCTION.md" in result.stderr
    call(*SHORT)
    assert [len(place.list(kind)) for kind in ("dataset", "model", "run")] == [1, 1, 2]


def test_a_dry_run_says_the_commands_and_does_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = call("reproduce", "--dry-run", "--train-time", "2h").stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["gen-data", "train", "sweep"]
    assert lines[1].endswith("--recipe leaps --data paper --name paper --max-time 2h")
    assert not list(tmp_path.iterdir())


def test_another_dataset_of_that_name_and_a_page_that_cannot_be_written(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        call(*SHORT, "-o", "nowhere/R.md")
    call("gen-data", "--recipe", "smoke", "--name", "paper", "--set", "programs=200")
    with pytest.raises(ArtifactError, match="paper@v1 was made from another recipe than paper"):
        call(*SHORT)
