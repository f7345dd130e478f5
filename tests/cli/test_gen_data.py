"""`leaps gen-data`: a dataset in the workspace, the result on stdout, interruption and bad input in one line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.errors import RecipeError

runner = CliRunner()
QUICK = ["--recipe", "smoke", "--set", "programs=100", "--set", "demonstrations=3"]


def call(root: Path, *arguments: str, code: int = 0):
    result = runner.invoke(build(), ["gen-data", "--workspace", str(root), *QUICK, *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_the_result_is_on_stdout_and_the_next_command_last_on_stderr(tmp_path: Path) -> None:
    result = call(tmp_path)
    assert result.stdout.splitlines()[0] == "100 programs: 70 train, 15 validation, 15 test"
    assert result.stderr.splitlines()[-1].endswith("datasets/karel/v1 (karel@v1); next: leaps train")
    assert Workspace(tmp_path).resolve(None, "dataset").manifest.command.startswith("leaps")


def test_json_is_one_object(tmp_path: Path) -> None:
    found = json.loads(call(tmp_path, "--json", "--name", "other", "--workers", "1").stdout)
    assert found["artifact"] == "other@v1" and found["programs"] == 100 and sum(found["lengths"]) == 100


def test_the_seed_may_be_given(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    for seed in ("0", "7"):
        call(tmp_path, "--seed", seed)
    first, second = place.list("dataset")
    assert (first.manifest.seed, second.manifest.seed) == (0, 7) and first.manifest.content != second.manifest.content


def test_a_dry_run_checks_and_writes_nothing(tmp_path: Path) -> None:
    assert "100 programs, 3 demonstrations each on 8×8 worlds" in call(tmp_path, "--dry-run").stderr
    assert json.loads(call(tmp_path, "--dry-run", "--json").stdout)["recipe"]["programs"] == 100
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "programms=3"], "did you mean `programs`"),
        (["--set", "tries=2"], "2 tries cannot give 3 demonstrations"),
        (["--set", "height=2"], "worlds of 2×8: all border"),
        (["--name", "No Name"], "cannot name an artifact"),
        (["--recipe", "papr"], "did you mean paper"),
    ],
)
def test_bad_input_is_one_line_with_exit_code_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = leaps(tmp_path, *QUICK, *arguments)
    assert result.returncode == 2 and result.stdout == ""
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and said in result.stderr and "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def leaps(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leapscli", "gen-data", "--workspace", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_a_signal_keeps_the_work_and_says_how_to_go_on(tmp_path: Path) -> None:
    options = ["--set", "programs=30000", "--set", "demonstrations=2"]
    command = [sys.executable, "-m", "leapscli", "gen-data", "--workspace", str(tmp_path), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("datasets/.staging/*/programs.parts")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130 and stdout == "" and "Traceback" not in stderr
    assert stderr.splitlines()[-1].endswith("--resume") and Workspace(tmp_path).list() == []
    again = leaps(tmp_path, *options, "--resume")
    assert again.returncode == 0 and again.stdout.startswith("30,000 programs")


def test_an_unknown_recipe_key_names_its_place(tmp_path: Path) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("programs: 10\nworlds: 3\n")
    with pytest.raises(RecipeError, match=r"mine\.yaml:2: worlds: unknown key"):
        call(tmp_path, "--recipe", str(recipe))
