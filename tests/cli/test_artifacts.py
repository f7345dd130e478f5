"""`leaps artifacts`: results on stdout, exit codes, questions before anything is lost."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.manifest import write_manifest
from leapscli.artifacts.store import Artifact, Workspace
from leapscli.cli.main import build
from leapscli.errors import ArtifactError, InputError

runner = CliRunner()


def make(ws: Workspace, kind, name, parents=()) -> Artifact:
    with ws.stage(kind, name) as draft:
        (draft.path / "payload").write_text(f"{kind} {name}")
        recipe = {"programs": 4, "inner": {"a": 1}}
        return draft.publish(recipe=recipe, seed=7, parents=parents, command=f"leaps make {kind}")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    ws = Workspace(tmp_path)
    dataset = make(ws, "dataset", "karel")
    model = make(ws, "model", "leaps", [dataset])
    make(ws, "run", "maze", [model])
    return ws


def call(ws: Workspace, *arguments: str, code: int = 0, typed: str | None = None) -> str:
    result = runner.invoke(build(), ["artifacts", *arguments, "--workspace", str(ws.root)], input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def test_list_shows_kind_reference_and_parents(ws):
    lines = call(ws, "list").splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["KIND", "ARTIFACT"],
        ["dataset", "karel@v1"],
        ["model", "leaps@v1"],
        ["run", "maze@v1"],
    ]
    assert lines[2].endswith("karel@v1")
    assert [row["reference"] for row in json.loads(call(ws, "list", "--kind", "run", "--json"))] == ["maze@v1"]


def publish_run(ws: Workspace, name: str, value: float, held_out: float | None, searcher: str = "cem") -> Artifact:
    with ws.stage("run", name) as draft:
        (draft.path / "payload").write_text(name)
        recipe = {"task": name, "size": "8x8", "searcher": searcher}
        counts = {"runs": {f"n{i}": i for i in range(50)}, "lengths": list(range(200))}
        metrics = {"return_searched": value, "return_held_out": held_out, **counts}
        return draft.publish(recipe=recipe, seed=0, metrics=metrics)


def test_list_shows_task_searcher_and_return_of_runs(ws):
    publish_run(ws, "snake", 0.9, 0.25)
    publish_run(ws, "topoff", 0.5, None, "memetic")
    rows = {row["reference"]: row for row in json.loads(call(ws, "list", "--kind", "run", "--json"))}
    assert [rows["snake@v1"][name] for name in ("task", "searcher", "return")] == ["snake 8x8", "cem", 0.25]
    lines = call(ws, "list", "--kind", "run").splitlines()
    assert lines[0].split()[:5] == ["KIND", "ARTIFACT", "TASK", "SEARCHER", "RETURN"]
    assert [line.split()[1:6] for line in lines[2:]] == [
        ["snake@v1", "snake", "8×8", "cem", "0.250"],
        ["topoff@v1", "topoff", "8×8", "memetic", "0.500"],
    ]


@pytest.mark.parametrize(
    ("order", "first"),
    [("return", "topoff@v1"), ("created", "topoff@v1"), ("task", "snake@v1"), ("searcher", "snake@v1")],
)
def test_list_is_sorted_on_request_and_what_has_no_such_value_comes_last(ws, order, first):
    publish_run(ws, "snake", 0.9, 0.25)
    publish_run(ws, "topoff", 0.5, None, "memetic")
    rows = json.loads(call(ws, "list", "--sort", order, "--json"))
    assert len(rows) == 5 and rows[0]["reference"] == first
    empty = [row[order] is None for row in rows]
    assert empty == sorted(empty)


def test_show_prints_headlines_not_lists(ws):
    publish_run(ws, "snake", 0.9, 0.25)
    shown = call(ws, "show", "snake")
    assert (
        len(shown.splitlines()) < 15 and "return_held_out  0.25" in shown and not {"lengths", "n49"} & {*shown.split()}
    )
    assert "199" in call(ws, "show", "snake", "--all")


@pytest.mark.parametrize("arguments", [("list",), ("verify",)])
def test_an_empty_workspace_says_so(tmp_path, arguments):
    result = runner.invoke(build(), ["artifacts", *arguments, "--workspace", str(tmp_path)])
    assert result.exit_code == 0 and result.stdout == "" and "no artifacts in" in result.stderr
    result = runner.invoke(build(), ["artifacts", *arguments, "--kind", "run", "--workspace", str(tmp_path)])
    assert "no runs in" in result.stderr and "`leaps synthesize" in result.stderr


def test_an_empty_workspace_lists_nothing(tmp_path):
    assert call(Workspace(tmp_path), "list") == ""
    assert json.loads(call(Workspace(tmp_path), "list", "--json")) == []


def test_what_cannot_be_read_is_listed_as_such_and_can_be_removed(ws):
    newer = ws.resolve("maze", "run").manifest.model_copy(update={"schema_number": 9})
    write_manifest(ws.root / "runs/maze/v1/manifest.yaml", newer)
    assert "unreadable" in call(ws, "list") and "written as schema 9" in call(ws, "verify", "maze@v1", code=1)
    (ws.root / "runs/maze/v1/manifest.yaml").write_text("schema: 1\n")
    assert "unreadable" in call(ws, "list") and "maze@v1: unreadable" in call(ws, "verify", "maze@v1", code=1)
    call(ws, "remove", "maze@v1")
    assert "maze" not in call(ws, "list")


def test_show_prints_the_whole_manifest_when_asked(ws):
    assert "command: leaps make model" in call(ws, "show", "leaps", "--all")
    shown = json.loads(call(ws, "show", "leaps@v1", "--json"))
    assert shown["seed"] == 7 and shown["parents"][0]["reference"] == "karel@v1" and shown["schema"] == 2


def test_verify_exits_with_1_when_a_byte_differs(ws):
    assert call(ws, "verify").count("whole") == 3
    path = ws.root / "models/leaps/v1/payload"
    path.write_text("MODEL leaps")
    assert "its bytes are not those published" in call(ws, "verify", code=1)
    found = {row["reference"]: len(row["problems"]) for row in json.loads(call(ws, "verify", "--json", code=1))}
    assert found == {"karel@v1": 0, "leaps@v1": 1, "maze@v1": 0}
    call(ws, "verify", "karel")


def test_lineage_goes_back_to_recipe_and_seed(ws):
    text = call(ws, "lineage", "maze")
    assert [line.strip() for line in text.splitlines() if "@v1" in line] == [
        "run maze@v1",
        "└─ model leaps@v1",
        "└─ dataset karel@v1",
    ]
    assert "leaps make dataset" in text and text.count("seed 7, recipe programs=4 inner.a=1") == 3
    tree = json.loads(call(ws, "lineage", "maze", "--json"))
    assert tree["parents"][0]["parents"][0]["recipe"]["programs"] == 4


def test_lineage_says_what_is_gone(ws):
    shutil.rmtree(ws.root / "datasets/karel/v1")
    assert "dataset karel@v1  (not here)" in call(ws, "lineage", "maze")
    assert json.loads(call(ws, "lineage", "leaps", "--json"))["parents"][0]["found"] is False


def test_removing_what_others_descend_from_asks_first(ws):
    with pytest.raises(InputError, match=r"made from dataset karel@v1: model leaps@v1, run maze@v1") as caught:
        call(ws, "remove", "karel@v1")
    assert "--yes" in str(caught.value.hint) and len(ws.list()) == 3
    assert call(ws, "remove", "karel@v1", "--yes") == "removed dataset karel@v1\n"
    assert len(ws.list()) == 2


def test_an_answer_of_no_removes_nothing(ws, monkeypatch):
    monkeypatch.setattr("leapscli.cli.artifacts._interactive", lambda: True)
    call(ws, "remove", "karel@v1", code=1, typed="n\n")
    assert len(ws.list()) == 3
    call(ws, "remove", "karel@v1", typed="y\n")
    assert len(ws.list()) == 2


def test_removing_the_model_that_ships_is_refused_without_a_question(ws):
    make(ws, "run", "maze", [ws.resolve("shipped", "model")])
    for more in ([], ["--yes"]):
        with pytest.raises(ArtifactError, match="shipped@v1 ships with leaps and cannot be removed"):
            call(ws, "remove", "maze", "shipped", *more)
    assert ws.resolve("maze@v2", "run")


def test_removing_a_whole_family_at_once_needs_no_question(ws):
    assert json.loads(call(ws, "remove", "karel", "leaps", "maze", "--json"))["removed"][2] == "run maze@v1"
    assert ws.list() == []


def test_a_name_of_two_kinds_needs_the_kind(ws):
    make(ws, "run", "leaps")
    with pytest.raises(ArtifactError, match="leaps is a model and a run"):
        call(ws, "show", "leaps")
    assert call(ws, "show", "leaps", "--kind", "run").startswith("run leaps@v1\n")


def test_prune_says_what_goes(ws):
    make(ws, "run", "maze")
    (ws.root / "runs/.staging/tmp-maze-0").mkdir()
    assert call(ws, "prune", "--dry-run", "--keep", "1").count("would remove") == 2
    removed = json.loads(call(ws, "prune", "--keep", "1", "--json"))["removed"]
    assert [Path(path).name for path in removed] == ["tmp-maze-0", "v1"]
    assert [artifact.reference for artifact in ws.list("run")] == ["maze@v2"]


def test_two_artifacts_are_compared_by_what_they_hold(ws):
    text = call(ws, "diff", "karel@v1", "karel@v1")
    assert text == "karel@v1 and karel@v1 differ in nothing but names and times\n"
    shown = call(ws, "diff", "karel", "leaps")
    assert "kind" in shown and "dataset" in shown and "model" in shown
    found = json.loads(call(ws, "diff", "karel", "leaps", "--json"))
    assert found["kind"] == ["dataset", "model"]


def test_the_list_as_csv(ws):
    rows = list(csv.DictReader(io.StringIO(call(ws, "list", "--csv"))))
    assert [row["reference"] for row in rows] == [each["reference"] for each in json.loads(call(ws, "list", "--json"))]
    with pytest.raises(InputError, match="--json and --csv"):
        call(ws, "list", "--csv", "--json")


@pytest.mark.parametrize("wrong", ["high", None, True, [1], float("nan"), {"a": 1}, 10**400])
def test_a_return_that_is_no_number_is_not_in_the_way_of_others(ws, wrong):
    run = publish_run(ws, "good", 0.5, 0.25)
    other = publish_run(ws, "bad", 0.5, 0.75)
    metrics = {**other.manifest.metrics, "return_held_out": wrong, "return_searched": wrong}
    write_manifest(other.path / "manifest.yaml", other.manifest.model_copy(update={"metrics": metrics}))
    for name in ("return", "searcher", "task"):
        rows = json.loads(call(ws, "list", "--kind", "run", "--sort", name, "--json"))
        assert {row["reference"]: row["return"] for row in rows}["bad@v1"] is None
    assert json.loads(call(ws, "list", "--sort", "return", "--json"))[0]["reference"] == run.reference
