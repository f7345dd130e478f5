"""An evaluation is an artifact of model and dataset, and the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree

import pytest

from leapscli.artifacts.prune import prune
from leapscli.artifacts.store import Workspace, verify
from leapscli.errors import ArtifactError, InputError
from leapscli.progress import Done, Silent
from leapscli.stages.model_evaluation import evaluate, find_dataset, held_out, prepare
from tests.stages.models import publish_dataset, publish_model, workspace
from tests.vae.corpus import corpus


class Counting(Silent):
    def __init__(self) -> None:
        self.done: list[int] = []

    def update(self, event: Done) -> None:
        self.done.append(event.done)


def test_an_evaluation_is_published_with_what_it_measured(tmp_path: Path) -> None:
    place, reporter = workspace(tmp_path), Counting()
    artifact = evaluate(prepare(place, None, None, 30, 0), reporter=reporter, command="leaps model evaluate")
    assert artifact.reference == "leaps-v1@v1" and artifact.kind == "evaluation" and verify(artifact) == []
    manifest = artifact.manifest
    assert [parent.reference for parent in manifest.parents] == ["leaps@v1", "karel@v1"]
    found = json.loads(artifact.file("evaluation.json").read_text())
    assert (found["model"], found["dataset"], found["programs"], found["own_dataset"]) == (
        "leaps@v1",
        "karel@v1",
        30,
        True,
    )
    assert manifest.metrics["reconstruction"] == found["reconstruction"]["all"]["exact"]
    assert manifest.metrics["lines_runs_end"]["calls:220"] == found["lines"]["decoded"]["runs_end"]["calls:220"]
    assert reporter.done == [1, 2, 3, 4, 5, 6]
    assert not list((tmp_path / "evaluations" / ".staging").glob("tmp-*"))


def test_the_seed_decides_everything(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    texts = [evaluate(prepare(place, None, None, 20, seed)).file("evaluation.json").read_bytes() for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]
    assert [each.reference for each in place.list("evaluation")] == ["leaps-v1@v1", "leaps-v1@v2", "leaps-v1@v3"]


def test_only_test_programs_are_drawn(tmp_path: Path) -> None:
    dataset = publish_dataset(Workspace(tmp_path))
    texts = corpus(200).columns.tokens
    allowed = {row.tobytes() for row in texts[2::3]}
    drawn = held_out(dataset, 1000, 0)
    assert len(drawn) == 66 and {row.tobytes() for row in drawn.ids} <= allowed
    assert held_out(dataset, 10, 1).texts() != held_out(dataset, 10, 2).texts()


def test_without_its_dataset_another_can_be_named(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    rmtree(tmp_path / "datasets" / "karel")
    with pytest.raises(ArtifactError, match=r"leaps@v1 was trained on karel@v1, which is not here") as caught:
        prepare(place, None, None, 10, 0)
    assert "--data" in str(caught.value.hint)
    publish_dataset(place, "other")
    plan = prepare(place, None, "other", 10, 0)
    assert json.loads(evaluate(plan).file("evaluation.json").read_text())["own_dataset"] is False


def test_a_model_without_parents_says_so(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    model = publish_model(place, None)
    with pytest.raises(ArtifactError, match="does not say on what"):
        find_dataset(place, model, None)


def test_what_cannot_be_measured_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = workspace(tmp_path)
    monkeypatch.setattr("leapscli.stages.model_evaluation.SPLIT", "train")
    assert prepare(place, None, None, 5, 0)
    monkeypatch.setattr("leapscli.artifacts.programs_h5.ProgramsReader.split", lambda self, name: [])
    with pytest.raises(InputError, match="has no train programs"):
        prepare(place, None, None, 5, 0)
    assert not (tmp_path / "evaluations").exists()


def test_an_evaluation_keeps_no_model_from_being_pruned(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    evaluate(prepare(place, None, None, 8, 0))
    publish_model(place, place.resolve("karel", "dataset"))
    assert prune(place, keep=1) == [str(tmp_path / "models" / "leaps" / "v1")]
    assert [each.reference for each in place.list("evaluation")] == ["leaps-v1@v1"]
