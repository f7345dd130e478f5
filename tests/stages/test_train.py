"""A model is published once, whole; what was interrupted goes on; what is done is not done again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leapscli.artifacts.columns import ProgramColumns
from leapscli.artifacts.programs_h5 import ProgramsWriter
from leapscli.artifacts.prune import prune
from leapscli.artifacts.store import Workspace, verify
from leapscli.errors import ArtifactError, InputError, Interrupted
from leapscli.progress import Silent, StopFlag
from leapscli.stages.train import TrainingPlan, prepare, train
from leapscli.vae.model import LatentModel
from tests.vae.corpus import corpus, recipe


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    workspace, source = Workspace(tmp_path), corpus(100)
    with workspace.stage("dataset", "karel") as draft:
        writer = ProgramsWriter(draft.path / "programs.h5", source.layout)
        columns: ProgramColumns = source.columns
        writer.append(columns)
        writer.close()
        draft.publish(recipe={}, seed=0)
    return workspace


def plan(place: Workspace, **changes: object) -> TrainingPlan:
    return prepare(recipe(**changes), place, None, "leaps", "cpu")


class Stopping(Silent):
    """Asks to stop at the first look at the losses."""

    def __init__(self) -> None:
        self.flag = StopFlag()

    def update(self, event: object) -> None:
        self.flag.request()


def test_a_model_is_published_with_what_made_it(place: Workspace) -> None:
    model = train(plan(place), command="leaps train")
    assert model.reference == "leaps@v1" and verify(model) == []
    manifest = model.manifest
    assert manifest.command == "leaps train" and manifest.recipe["optimizer"]["batch"] == 16
    assert [parent.reference for parent in manifest.parents] == ["karel@v1"]
    assert manifest.metrics["ended"] == "steps" and "reconstruction" in manifest.metrics["validation"]
    assert {file.name for file in manifest.files} == {
        "weights.safetensors",
        "metrics.jsonl",
        "checkpoint.safetensors",
        "seen.npy",
    }
    assert LatentModel.load(model.path).latent == 16


def test_what_was_interrupted_goes_on_and_what_is_done_is_kept(place: Workspace) -> None:
    task, reporter = plan(place, steps=30), Stopping()
    with pytest.raises(Interrupted):
        train(task, reporter=reporter, stop=reporter.flag)
    assert place.list("model") == []
    model = train(task, resume=True)
    records = [json.loads(line) for line in model.file("metrics.jsonl").read_text().splitlines()]
    assert [record["step"] for record in records] == [5, 10, 15, 20, 25, 30]
    assert train(task, resume=True).reference == model.reference
    longer = train(plan(place, steps=40), resume=True)
    assert longer.reference == "leaps@v2" and verify(longer) == []
    last = json.loads(longer.file("metrics.jsonl").read_text().splitlines()[-1])
    assert last["step"] == 40
    assert [(p.kind, p.reference) for p in longer.manifest.parents] == [("dataset", "karel@v1"), ("model", "leaps@v1")]
    assert longer.manifest.resumed[0].sha256 == model.sha256 and model.manifest.resumed == ()
    assert prune(place, keep=1) == [str(model.path)] and not (longer.path / ".resumed").exists()


def test_a_kill_after_taking_up_a_model_does_not_hide_what_was_resumed(place: Workspace) -> None:
    first, task, reporter = train(plan(place)), plan(place, steps=40), Stopping()
    with pytest.raises(Interrupted):
        train(task, reporter=reporter, stop=reporter.flag, resume=True)
    longer = train(task, resume=True)
    assert [parent.sha256 for parent in longer.manifest.resumed] == [first.sha256]


def test_what_begins_anew_resumes_nothing(place: Workspace) -> None:
    first, task, reporter = train(plan(place)), plan(place, steps=40), Stopping()
    with pytest.raises(Interrupted):
        train(task, reporter=reporter, stop=reporter.flag, resume=True)
    assert first and train(task).manifest.resumed == ()


def test_without_resume_it_begins_anew(place: Workspace) -> None:
    assert [train(plan(place)).reference for _ in range(2)] == ["leaps@v1", "leaps@v2"]
    first, second = place.list("model")
    assert (
        first.file("weights.safetensors").read_bytes()[-1000:]
        == second.file("weights.safetensors").read_bytes()[-1000:]
    )


def test_what_cannot_be_is_refused_before_anything_is_written(place: Workspace) -> None:
    with pytest.raises(ArtifactError, match="no dataset other"):
        prepare(recipe(), place, "other", "leaps", "cpu")
    with pytest.raises(ArtifactError, match="cannot name"):
        prepare(recipe(), place, None, "Leaps!", "cpu")
    with pytest.raises(InputError, match="no device is called 'gpu'"):
        prepare(recipe(), place, None, "leaps", "gpu")
    assert not (place.root / "models").exists()


def stopped_after_a_validation(place: Workspace) -> Path:
    """The folder that an interrupted training leaves behind."""
    flag = StopFlag()
    with pytest.raises(Interrupted) as stopped:
        train(plan(place, steps=30), watch=lambda validation: flag.request(), stop=flag)
    return Path(stopped.value.message.partition("the work so far is in ")[2])


@pytest.mark.parametrize("change", ["append", "flip", "remove"])
def test_damaged_weights_of_an_interrupted_training_are_not_published(place: Workspace, change: str) -> None:
    task, path = plan(place, steps=30), stopped_after_a_validation(place) / "weights.safetensors"
    content = path.read_bytes()
    changed = {"append": content + b"noise", "flip": content[:-1] + bytes([content[-1] ^ 1])}
    path.write_bytes(changed[change]) if change in changed else path.unlink()
    with pytest.raises(ArtifactError, match=r"weights\.safetensors"):
        train(task, resume=True)
    assert place.list("model") == []


def test_a_link_in_an_interrupted_training_is_not_followed(place: Workspace) -> None:
    task, path = plan(place, steps=30), stopped_after_a_validation(place) / "metrics.jsonl"
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(ArtifactError, match=r"metrics\.jsonl: not a regular file"):
        train(task, resume=True)
