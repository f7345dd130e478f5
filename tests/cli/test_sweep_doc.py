"""docs/sweep.md tells the truth: its commands are accepted, its options and numbers are the code's."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.stages.bench import measure
from leapscli.stages.sweep.sweep import Sweep
from leapscli.stages.sweep.worker import run_job
from leapscli.stages.synthesize import synthesize
from leapscli.tasks.suites import groups
from tests import ROOT
from tests.stages.sweeps import HerePool, tiny_jobs

PAGE = (ROOT / "docs" / "sweep.md").read_text()
COMMANDS = re.findall(r"^    leaps ((?:sweep|synthesize|bench).*?) *(?:#.*)?$", PAGE, re.MULTILINE)


def help_of(command: str) -> str:
    return CliRunner().invoke(build(), [command, "--help"]).output


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_are_accepted(line, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(build(), [*shlex.split(line), "--workspace", str(tmp_path), "--dry-run"])
    assert result.exit_code == 0, (result.output, result.exception)
    assert not list(tmp_path.iterdir())


def test_the_options_are_there():
    table = re.findall(r"^\| (.*?) \|", PAGE, re.MULTILINE)[1:]
    options = [option for cell in table for option in re.findall(r"--[a-z-]+", cell)]
    assert len(options) >= 11 and len(COMMANDS) >= 10
    for option in options:
        assert option in help_of("sweep"), option
    for group in groups():
        assert f"`{group}`" in PAGE


def test_runs_are_called_as_the_page_says(tmp_path):
    place = Workspace(tmp_path)
    job = tiny_jobs(place, ["harvester"], 1, "seed=3")[0]
    assert job.name == "harvester-hill-climbing-s3" and "`harvester-cem-s3`" in PAGE
    Sweep([job], place).run(HerePool(run_job).open())
    assert place.resolve(job.name, "run").name == job.name


def test_the_numbers_are_the_codes():
    assert f"at most\n{synthesize.CHECKPOINT_SECONDS:.0f} seconds of each search" in PAGE
    assert f"{measure.SIDE}×{measure.SIDE}" in PAGE and "60 seconds" in PAGE and "60s" in help_of("bench")
