"""`leaps baseline`: trains, says what came of it, and `leaps evaluate` takes the result."""

from __future__ import annotations

import csv
import io
import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.errors import ArtifactError, InputError, RecipeError
from tests import ROOT

QUICK = [
    word for each in ("steps=2048", "envs=16", "validation=8", "held_out=16", "width=8") for word in ("--set", each)
]


def call(place: Path, *arguments: str, code: int = 0):
    result = CliRunner().invoke(build(), [*arguments, "--workspace", str(place)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("place")
    result = call(root, "baseline", "maze", "--recipe", "smoke", *QUICK)
    assert "on 16 fresh states" in result.stdout and "after 2,048 actions" in result.stdout
    assert "maze-smoke@v1" in result.stderr and "leaps evaluate maze-smoke" in result.stderr
    return root


def test_a_policy_is_evaluated_like_a_program(place):
    shown = call(place, "evaluate", "maze-smoke", "--episodes", "20").stdout
    assert "maze 8×8" in shown and "mean return" in shown
    record = json.loads(call(place, "evaluate", "maze-smoke", "--episodes", "20", "--json").stdout)
    assert record["program"] == "maze-smoke@v1" and len(record["returns"]) == 20
    sizes = call(place, "evaluate", "maze-smoke", "--episodes", "5", "--size", "8", "--size", "12").stdout
    assert "12×12" in sizes and "budget" in sizes
    other = call(place, "evaluate", "maze-smoke", "--task", "harvester", "--episodes", "5").stdout
    assert "harvester" in other


def test_evaluations_as_csv(place):
    (place / "p.txt").write_text("DEF run m( move m)")
    for reference in ("maze-smoke", str(place / "p.txt")):
        shown = call(
            place, "evaluate", reference, "--task", "maze", "--episodes", "5", "--size", "8", "--size", "9", "--csv"
        )
        rows = list(csv.DictReader(io.StringIO(shown.stdout)))
        assert [row["height"] for row in rows] == ["8", "9"] and {"mean", "solved"} <= set(rows[0])
        assert "returns" not in rows[0]


def test_a_policy_is_listed_with_its_task_algorithm_and_return(place):
    shown = call(place, "artifacts", "list").stdout
    assert "policy" in shown and "maze 8×8" in shown and "ppo" in shown
    call(place, "artifacts", "verify")


def test_a_dry_run_writes_nothing(tmp_path):
    result = call(tmp_path, "baseline", "maze", "--recipe", "viper", "--dry-run")
    assert "would train viper on maze 8×8" in result.stderr and list(tmp_path.iterdir()) == []
    found = json.loads(call(tmp_path, "baseline", "maze", "--dry-run", "--json").stdout)
    assert found["name"] == "maze-ppo-last" and found["recipe"]["observation"] == "perceptions+action"


def test_the_commands_of_the_manual_run_as_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/baselines.md").read_text()
    lines = [line.strip() for line in page.splitlines() if line.startswith("    leaps ")]
    assert len(lines) == 4
    for line in lines:
        result = CliRunner().invoke(build(), shlex.split(line)[1:])
        assert result.exit_code == 0, (line, result.output, result.exception)


def test_the_manual_lists_every_recipe():
    page = (ROOT / "docs/baselines.md").read_text()
    assert all(f"| `{path.stem}`" in page for path in (ROOT / "policies").glob("*.yaml"))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((), InputError, "no task to learn"),
        (("maze", "--recipe", "nosuch"), RecipeError, "nosuch"),
        (("maze", "--set", "observation=pixels"), RecipeError, "observation"),
        (("maze", "--recipe", "memetic"), RecipeError, "search recipe"),
        (("maze", "--name", "No!"), ArtifactError, "cannot name an artifact"),
    ],
)
def test_bad_input_is_refused(tmp_path, arguments, error, message):
    with pytest.raises(error, match=message):
        call(tmp_path, "baseline", *arguments)
    assert list(tmp_path.iterdir()) == []
