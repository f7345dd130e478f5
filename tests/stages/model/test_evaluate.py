"""An evaluation is an artifact of model and dataset, and the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import pytest

from leapscli.artifacts.prune import prune
from leapscli.artifacts.seen import load_seen, unseen
from leapscli.artifacts.store import Workspace, verify
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.sampler import sample_programs
from leapscli.errors import ArtifactError, InputError
from leapscli.progress import Done, Silent
from leapscli.stages.model.evaluate import evaluate, find_dataset, held_out, prepare
from tests.stages.models import publish_dataset, publish_model, workspace
from tests.vae.corpus import corpus


def programs(places: Any) -> TokenBatch:
    """Those of the datasets that these tests make."""
    return TokenBatch.from_ids(corpus(200).columns.tokens[places])


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
    place = workspace(tmp_path)
    model, dataset = place.resolve("leaps", "model"), place.resolve("karel", "dataset")
    texts = corpus(200).columns.tokens
    allowed = {row.tobytes() for row in texts[2::3]}
    drawn, left_out = held_out(model, dataset, 1000, 0)
    assert len(drawn) == 66 and {row.tobytes() for row in drawn.ids} <= allowed and left_out == 0
    assert held_out(model, dataset, 10, 1)[0].texts() != held_out(model, dataset, 10, 2)[0].texts()


def test_of_another_dataset_no_program_is_drawn_that_the_model_learnt_from(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    other = publish_dataset(place, programs=100)
    learnt = programs(np.arange(0, 200, 2))
    model = publish_model(place, None, learnt=learnt)
    drawn, left_out = held_out(model, other, 1000, 0)
    test = programs(np.arange(2, 100, 3)).texts()
    assert set(drawn.texts()) <= set(test) - set(learnt.texts()) and len(drawn) + left_out == len(test)
    assert held_out(publish_model(place, None), other, 1000, 0)[1] is None
    everything = publish_model(place, None, learnt=programs(np.arange(100)))
    with pytest.raises(InputError, match="may have learnt from every test program of karel@v1"):
        held_out(everything, other, 10, 0)


def test_a_model_that_tells_what_it_learnt_from_takes_the_dataset_of_its_name(tmp_path: Path) -> None:
    """So the model that ships is measured on `deep` as it is generated today."""
    place = Workspace(tmp_path)
    first = publish_dataset(place, "deep")
    model = publish_model(place, first, learnt=programs(np.arange(10)))
    rmtree(first.path)
    other = publish_dataset(place, "deep", programs=100)
    assert find_dataset(place, model, None) == other
    plan = prepare(place, None, None, 10, 0)
    found = json.loads(evaluate(plan).file("evaluation.json").read_text())
    assert found["own_dataset"] is False and found["left_out"] == plan.left_out > 0


def test_the_model_that_ships_tells_what_it_learnt_from() -> None:
    """The bits follow from programs' hashes, which must stay as they are."""
    seen = load_seen(Workspace(Path("/nowhere")).resolve("shipped", "model"))
    assert seen is not None and len(seen) == 2 * 700_000 // 8
    drawn = [int(unseen(seen, sample_programs(2000, seed=seed, max_depth=9)).sum()) for seed in (0, 1)]
    assert drawn == [736, 1028]  # of the recipe's own seed, and of another


def test_without_its_dataset_another_can_be_named(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    rmtree(tmp_path / "datasets" / "karel")
    with pytest.raises(ArtifactError, match=r"leaps@v1 was trained on karel@v1, which is not here") as caught:
        prepare(place, None, None, 10, 0)
    assert "--data" in str(caught.value.hint)
    publish_dataset(place, "karel", programs=100)
    with pytest.raises(ArtifactError, match="not here; the karel@v1 here is another"):
        prepare(place, None, None, 10, 0)
    publish_dataset(place, "other", programs=100)
    plan = prepare(place, None, "other", 10, 0)
    assert json.loads(evaluate(plan).file("evaluation.json").read_text())["own_dataset"] is False


def test_a_model_without_parents_says_so(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    model = publish_model(place, None)
    with pytest.raises(ArtifactError, match="does not say on what"):
        find_dataset(place, model, None)


def test_what_cannot_be_measured_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = workspace(tmp_path)
    monkeypatch.setattr("leapscli.stages.model.evaluate.SPLIT", "train")
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
