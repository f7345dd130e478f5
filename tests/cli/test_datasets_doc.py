"""docs/datasets.md tells the truth: its commands and its example run, its tables are the code's."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import h5py
import pytest
from typer.testing import CliRunner

from leapscli.artifacts.columns import spec
from leapscli.artifacts.programs_h5 import PLACES, ProgramsReader
from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.domains.karel.demonstrations import FATES, RUNS
from tests import ROOT
from tests.stages.synthesis import TEXTS, record, write_lines

PAGE = (ROOT / "docs" / "datasets.md").read_text()
COMMANDS = [line.strip() for line in PAGE.splitlines() if line.startswith("    leaps ")]
FEWER = ["--set", "programs=200", "--set", "demonstrations=3"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all commands of the page ran, in order, those that generate on fewer programs."""
    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert len(COMMANDS) == 10
        (folder / "1m_6ex_karel").mkdir()
        for name in ("train.json", "val.json", "test.json"):
            write_lines(folder / "1m_6ex_karel" / name, [record(text) for text in TEXTS])
        for line in COMMANDS:
            arguments = shlex.split(line, comments=True)[1:]
            result = CliRunner().invoke(build(), arguments + FEWER * (arguments[0] == "gen-data"))
            assert result.exit_code == 0, (line, result.output, result.exception)
    return folder


def test_commands_run_as_written(folder: Path) -> None:
    names = [artifact.reference for artifact in Workspace(folder).list()]
    assert names == ["bunel@v1", "bunel@v2", "karel@v1", "karel@v2", "karel@v3", "mine@v1", "theirs@v1"]


def test_the_example_needs_h5py_alone(folder: Path) -> None:
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example and "leaps" not in example[1].replace("leapscli", "leaps")
    place = folder / "datasets" / "karel" / "v1"
    shown = subprocess.run([sys.executable, "-c", example[1]], cwd=place, capture_output=True, text=True, check=True)
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("DEF run m(") and len(lines) == 11 and lines[-1].startswith("140 to train on; {'same_")
    assert sum(line.count(arrow) for line in lines[1:9] for arrow in "^>v<") == 1


def test_the_tables_are_those_of_the_file(folder: Path) -> None:
    path = folder / "datasets" / "karel" / "v1" / "programs.h5"
    layout = ProgramsReader(path).layout
    sizes = {"P": 200, "L": 45, "D": 3, "H": 8, "W": 8, "T": 100, "3": 3}
    attributes = PAGE.partition("attribute of `/`")[2].partition("Only initial")[0]
    with h5py.File(path) as file:
        assert set(re.findall(r"^\| `(\w+)` \|", attributes, re.MULTILINE)) == set(file.attrs)
        for name, place in PLACES.items():
            row = re.search(rf"^\| `/{place}` \| (\w+) \[(.*?)\] \|", PAGE, re.MULTILINE)
            assert row and row[1] == file[place].dtype == spec(layout)[name][1]
            assert tuple(sizes[letter] for letter in row[2].split(", ")) == file[place].shape
    manifest = Workspace(folder).resolve("karel@v1", "dataset").manifest
    for key in manifest.metrics:
        assert f"`{key}`" in PAGE
    for reason in (*FATES[1:], *RUNS):
        assert f"`{reason}`" in PAGE
    assert json.loads(h5py.File(path).attrs["statistics"]) == manifest.metrics
