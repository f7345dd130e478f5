"""Damage is found where a file is read, resumed, copied or published, whether a manifest lists it or not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from leapscli.artifacts.layout import CHECKPOINT, METRICS, SEEN, STATE, WEIGHTS
from leapscli.artifacts.manifest import MANIFEST, content_hash, describe_file, read_manifest, write_manifest
from leapscli.artifacts.metrics import read_metrics
from leapscli.artifacts.seen import load_seen
from leapscli.artifacts.store import Artifact, Workspace
from leapscli.artifacts.weights import load_weights, save_weights
from leapscli.errors import ArtifactError
from leapscli.progress import StopFlag
from leapscli.results.limits import Limits
from leapscli.search.state_file import load, save
from leapscli.stages.model.plots import training_records
from leapscli.stages.train import prepare, train
from leapscli.vae.model import LatentModel
from tests.search.test_loop import run as run_search
from tests.search.test_loop import search
from tests.stages.models import publish_dataset
from tests.vae.corpus import recipe


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a dataset and a model of ten steps."""
    root = tmp_path_factory.mktemp("trained")
    publish_dataset(Workspace(root))
    train(prepare(recipe(steps=10), Workspace(root), None, "leaps", "cpu"))
    return root


@pytest.fixture
def place(trained, tmp_path) -> Workspace:
    shutil.copytree(trained, tmp_path / "w")
    return Workspace(tmp_path / "w")


def model_of(place: Workspace) -> Artifact:
    return Workspace(place.root).list("model")[-1]


def flip(path: Path) -> None:
    """One bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def sealed(artifact: Artifact) -> Artifact:
    """The artifact with a manifest that fits its files again, as somebody may make it."""
    manifest = read_manifest(artifact.path / MANIFEST)
    files = tuple(describe_file(artifact.path, file.name) for file in manifest.files)
    write_manifest(
        artifact.path / MANIFEST, manifest.model_copy(update={"files": files, "content": content_hash(files)})
    )
    return Artifact(artifact.path, artifact.kind, artifact.name, artifact.version)


def resume(place: Workspace, steps: int = 20) -> Artifact | None:
    return train(prepare(recipe(steps=steps), place, None, "leaps", "cpu"), resume=True)


@pytest.mark.parametrize("name", [WEIGHTS, CHECKPOINT, METRICS])
def test_a_damaged_model_is_neither_resumed_nor_published_again(place, name):
    flip(model_of(place).path / name)
    with pytest.raises(ArtifactError, match=f"{name}: damaged: its bytes are not those published"):
        resume(place)
    assert [each.reference for each in Workspace(place.root).list("model")] == ["leaps@v1"]


@pytest.mark.parametrize("name", [WEIGHTS, CHECKPOINT])
def test_random_bytes_under_a_fitting_manifest_are_found_by_their_digest(place, name):
    flip(model_of(place).path / name)
    sealed(model_of(place))
    if name == WEIGHTS:
        with pytest.raises(ArtifactError, match=r"damaged|readable"):
            LatentModel.load(model_of(place).file(WEIGHTS))
    else:
        with pytest.raises(ArtifactError, match=r"damaged|readable"):
            resume(place)


@pytest.mark.parametrize("missing", ["scaler", "step", "best", "seconds"])
def test_a_checkpoint_that_lacks_something_is_refused_in_a_line(place, missing):
    path = model_of(place).path / CHECKPOINT
    tensors, notes = load_weights(path)
    save_weights(path, tensors, {key: value for key, value in notes.items() if key != missing})
    sealed(model_of(place))
    with pytest.raises(ArtifactError, match=rf"cannot be resumed \(KeyError: '{missing}'\)"):
        resume(place)


def test_a_checkpoint_that_is_another_weights_file_is_refused(place):
    model = model_of(place)
    shutil.copyfile(model.path / WEIGHTS, model.path / CHECKPOINT)
    sealed(model)
    with pytest.raises(ArtifactError, match=r"checkpoint\.safetensors"):
        resume(place)


@pytest.mark.parametrize("record", ["best", "latest"])
@pytest.mark.parametrize("value", [None, "1", True, {}])
def test_a_checkpoint_of_wrong_records_is_refused_in_a_line(place, record, value):
    path = model_of(place).path / CHECKPOINT
    tensors, notes = load_weights(path)
    for change in ({"programs": value}, {"validation": {**notes[record]["validation"], "reconstruction": value}}):
        save_weights(path, tensors, {**notes, record: {**notes[record], **change}})
        sealed(model_of(place))
        with pytest.raises(
            ArtifactError, match=r"cannot be resumed \(ValueError: not a validation: (prog|validation.rec)"
        ):
            resume(place)


def test_a_model_whose_manifest_tells_nothing_is_not_given_back_as_done(place):
    model = model_of(place)
    steps = model.manifest.recipe["steps"]
    metrics = {**model.manifest.metrics, "validation": {"reconstruction": None}}
    write_manifest(model.path / "manifest.yaml", model.manifest.model_copy(update={"metrics": metrics}))
    with pytest.raises(ArtifactError, match=r"metrics: not a validation: validation\.loss is missing or wrong"):
        resume(place, steps=steps)


def test_moments_of_another_shape_are_refused(place):
    path = model_of(place).path / CHECKPOINT
    tensors, notes = load_weights(path)
    name = next(name for name in tensors if name.endswith("exp_avg") and tensors[name].dim() == 2)
    save_weights(path, {**tensors, name: tensors[name][:1]}, notes)
    sealed(model_of(place))
    with pytest.raises(ArtifactError, match="cannot be resumed"):
        resume(place)


@pytest.mark.parametrize("change", ["integers", "booleans", "nan", "infinity"])
def test_weights_that_are_no_finite_numbers_are_refused(place, change):
    path = model_of(place).path / WEIGHTS
    tensors, meta = load_weights(path)
    name = next(iter(tensors))
    changed = {
        "integers": tensors[name].to(torch.int32),
        "booleans": tensors[name] > 0,
        "nan": tensors[name] * torch.nan,
        "infinity": tensors[name] + torch.inf,
    }[change]
    save_weights(path, {**tensors, name: changed}, meta)
    with pytest.raises(ArtifactError, match=f"{name} holds other numbers than finite float32 ones"):
        LatentModel.load(path)


@pytest.mark.parametrize(
    "shape",
    [{"hidden": -1}, {"hidden": 10**9}, {"hidden": 4096}, {"latent": 0}, {"latent": 1.5}, {"hidden": True},
     {"height": 10**6}, {"depth": 3}, None, []],
    ids=str,
)  # fmt: skip
def test_shapes_that_cannot_be_are_refused_before_room_is_made_for_them(place, shape):
    path = model_of(place).path / WEIGHTS
    tensors, meta = load_weights(path)
    save_weights(path, tensors, {**meta, "shape": {**meta["shape"], **shape} if shape else shape})
    with pytest.raises(ArtifactError):
        LatentModel.load(path)


def test_equal_trainings_have_equal_weights_byte_for_byte(tmp_path):
    for name in ("one", "two"):
        publish_dataset(Workspace(tmp_path / name))
        train(prepare(recipe(steps=10), Workspace(tmp_path / name), None, "leaps", "cpu"))
    one, two = (model_of(Workspace(tmp_path / name)).path / WEIGHTS for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    "text", ["", "{", "[1]\n", '{"step": "x"}\n', '{"step": 1}\n', "\xff\n", "null\n", "[" * 100_000 + "\n"], ids=len
)
def test_a_log_that_is_no_log_is_refused_with_its_line(place, text):
    path = model_of(place).path / METRICS
    path.write_text(text, encoding="latin-1")
    sealed(model_of(place))
    for read in (lambda: read_metrics(path), lambda: training_records(model_of(place)), lambda: resume(place)):
        with pytest.raises(ArtifactError, match=r"metrics\.jsonl"):
            read()


@pytest.mark.parametrize("content", [b"", b"nonsense", np.zeros(0, np.uint8), np.zeros((2, 2), np.uint8), np.zeros(4)])
def test_a_bitmap_that_is_none_is_refused(place, content):
    path = model_of(place).path / SEEN
    path.write_bytes(content) if isinstance(content, bytes) else np.save(path, content)
    sealed(model_of(place))
    with pytest.raises(ArtifactError, match="not a bitmap"):
        load_seen(model_of(place))


def test_a_symbolic_link_is_no_file_of_an_artifact(place, tmp_path):
    path = model_of(place).path / WEIGHTS
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArtifactError, match="damaged: not a regular file"):
        model_of(place).file(WEIGHTS)


def changed(path: Path, **changes: object) -> None:
    """The .npz with some arrays replaced, None: left out; `values` as JSON."""
    with np.load(path) as file:
        kept = dict(file)
    for name, value in changes.items():
        key = name.replace("__", ".")
        if value is None:
            del kept[key]
        elif callable(value):
            kept[key] = value(kept[key])
    np.savez(path, **kept)


def values(**changes):
    def change(array):
        found = {**json.loads(array.tobytes()), **changes}
        return np.frombuffer(json.dumps(found).encode(), np.uint8)

    return change


STATES = {
    "fewer returns": {"progress__podium__returns": lambda a: a[:-1]},
    "no hashes": {"progress__podium__hashes": None},
    "programs that are none": {"progress__podium__tokens__ids": lambda a: np.full_like(a, 7)},
    "longer than they are": {"progress__podium__tokens__lengths": lambda a: a + 99},
    "another mean": {"progress__searcher__mean": lambda a: a[:-1]},
    "no memory": {"memory__returns": None},
    "a shorter memory": {"memory__returns": lambda a: a[:-1]},
    "a memory of words": {"memory__hashes": lambda a: a.astype("U5")},
    "a history of words": {"history": lambda a: np.array(["x"])},
    "no iteration": {"values": values(iteration=None)},
    "iterations below 0": {"values": values(iteration=-3)},
    "seconds without end": {"values": values(seconds=float("inf"))},
    "no JSON": {"values": lambda a: a[:-5]},
}


@pytest.mark.parametrize("changes", STATES.values(), ids=STATES)
def test_a_search_that_cannot_be_is_not_resumed(tmp_path, changes):
    first = search()
    save(tmp_path / STATE, first, run_search(first, Limits(iterations=3))[0], [(1.0, 2.0)])
    changed(tmp_path / STATE, **changes)
    second = search()
    with pytest.raises(ArtifactError, match=r"state\.npz: cannot be resumed"):
        progress, _ = load(tmp_path / STATE, second)
        second.run(progress, Limits(iterations=6), StopFlag(), lambda *_: None)


def test_arrays_that_declare_more_than_fits_are_refused(tmp_path):
    np.savez_compressed(tmp_path / STATE, values=np.zeros(1 << 31, np.uint8))
    with pytest.raises(ArtifactError, match="it would take more than"):
        load(tmp_path / STATE, search())


def test_a_model_whose_manifest_cannot_be_read_is_named_and_not_passed_over(place):
    (model_of(place).path / MANIFEST).write_bytes(b"cut")
    with pytest.raises(ArtifactError, match=r"manifest\.yaml: damaged") as raised:
        resume(place)
    assert "train without --resume" in raised.value.hint
