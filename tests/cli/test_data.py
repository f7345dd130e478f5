"""`leaps data`: statistics with charts, samples replayed, and exchange with the published layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.manifest import read_manifest, write_manifest
from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.domains.karel.execution import execute
from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import ArtifactError, InputError
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate.generate import generate
from tests.stages.synthesis import TEXTS, record, write_lines

runner = CliRunner()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("place")
    generate(DatasetRecipe(programs=200, demonstrations=3), Workspace(root), command="leaps gen-data")
    return root


def call(place: Path, *arguments: str, code: int = 0):
    result = runner.invoke(build(), ["data", *arguments, "--workspace", str(place)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_show_draws_what_the_manifest_says(place: Path) -> None:
    shown = call(place, "show", "karel").stdout
    assert "200: 140 train, 30 validation, 30 test" in shown and "none across splits" in shown
    for title in ("tokens of a program", "control statements around", "actions of a demonstration", "occurrences"):
        assert title in shown
    assert "frontIsClear #" in shown and "\x1b" not in shown


def test_show_as_json(place: Path) -> None:
    found = json.loads(call(place, "show", "--json").stdout)
    assert found["artifact"] == "karel@v1" and found["layout"]["demonstrations"] == 3
    assert sum(found["lengths"]) == 200 and found["recipe"]["programs"] == 200 and found["bytes"] > 1000


def test_samples_are_replayed(place: Path) -> None:
    shown = call(place, "sample", "-n", "4", "--seed", "3").stdout
    assert shown.count("DEF run m(") == 4 and shown.count("before") == 4 and shown.count("finished, after") == 4
    assert "def run():" in call(place, "sample", "--style", "python", "-n", "1").stdout


def test_samples_as_json_are_what_the_programs_do_and_depend_on_the_seed(place: Path) -> None:
    first = json.loads(call(place, "sample", "karel@v1", "-n", "30", "--json").stdout)
    assert len({each["index"] for each in first}) == 30
    for each in first:
        done = execute(Program.parse(each["program"]), World.parse("\n".join(each["before"])), Budget.calls(220))
        assert str(done.world).splitlines() == each["after"] and len(done.actions) == len(each["actions"]) > 0
    assert json.loads(call(place, "sample", "-n", "30", "--json").stdout) == first
    assert json.loads(call(place, "sample", "-n", "30", "--json", "--seed", "1").stdout) != first


def test_samples_of_one_split(place: Path) -> None:
    found = json.loads(call(place, "sample", "--split", "test", "-n", "30", "--json").stdout)
    assert {each["split"] for each in found} == {"test"}
    with pytest.raises(InputError, match="31 samples of 30 programs"):
        call(place, "sample", "--split", "test", "-n", "31")


def test_a_missing_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no dataset in"):
        call(tmp_path, "show")


def test_export_and_import(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "200 programs of karel@v1" in call(place, "export", "karel", "--format", "leaps", str(out)).stdout
    assert sorted(path.name for path in out.iterdir()) == ["data.hdf5", "id.txt"]
    result = call(tmp_path, "import", str(out), "--name", "theirs")
    assert result.stdout.startswith("200 programs; every demonstration")
    assert result.stderr.splitlines()[-1].endswith("(theirs@v1); next: leaps data show, or leaps train")
    assert "200: 140 train" in call(tmp_path, "show").stdout
    assert "drawn" not in call(tmp_path, "show").stdout and call(tmp_path, "sample", "-n", "2").stdout
    again = json.loads(call(tmp_path, "export", str(tmp_path / "newest"), "--json").stdout)
    assert again == {
        "artifact": "theirs@v1",
        "format": "leaps",
        "path": str(tmp_path / "newest"),
        "programs": 200,
    }


def test_import_of_json_lines_says_what_was_read_and_what_was_left_out(tmp_path: Path) -> None:
    long = f"DEF run m( {'turnLeft ' * 42}m)"
    lines = write_lines(tmp_path / "train.json", [record(text) for text in (*TEXTS, long, long)])
    result = call(tmp_path, "import", str(lines), "--name", "bunel")
    assert result.stdout == "4 programs, 2 left out; every demonstration is what its program does\n"
    assert f"left out: 2: more than 45 tokens; first {lines}:5: 46 tokens" in result.stderr
    found = json.loads(call(tmp_path, "import", str(lines), "--json").stdout)
    assert found["skipped"]["too_long"]["records"] == 2 and found["programs"] == 4


def test_a_pickle_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "train.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(InputError, match="a pickle: reading it could run code") as caught:
        call(tmp_path, "import", str(tmp_path / "train.pkl"))
    assert "JSON lines" in str(caught.value.hint)


def test_too_many_places_are_refused(place: Path) -> None:
    with pytest.raises(InputError, match="3 places given"):
        call(place, "export", "karel", "a", "b")
    call(place, "export", code=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("candidates", "many"),
        ("candidates", 0),
        ("distinct_candidates", None),
        ("dropped", {}),
        ("runs", {"drawn": 0}),
        ("duplicates", {"same_actions": 1}),
        ("tokens", {"move": 1}),
        ("lengths", [10**30]),
        ("lengths", [1] * 5000),
        ("programs", True),
    ],
)
def test_statistics_of_wrong_types_are_named(place: Path, name: str, value: object) -> None:
    manifest = place / "datasets/karel/v1/manifest.yaml"
    before = read_manifest(manifest)
    try:
        write_manifest(manifest, before.model_copy(update={"metrics": {**before.metrics, name: value}}))
        with pytest.raises(ArtifactError, match=rf"karel@v1: its manifest's metrics\.{name}.* is missing or wrong"):
            call(place, "show", "karel")
    finally:
        write_manifest(manifest, before)
