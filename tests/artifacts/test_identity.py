"""What an artifact was made from is found by what it is, not by its name; the model that ships keeps its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.lineage import GENERATIONS, lineage
from leapscli.artifacts.manifest import Manifest, Parent, read_manifest, write_manifest
from leapscli.artifacts.prune import prune
from leapscli.artifacts.store import Workspace, verify
from leapscli.errors import ArtifactError, MissingArtifact
from leapscli.locations import shipped
from tests.stages.models import publish_dataset, publish_model

OLD_SHIPPED = "47121b1897fce154a0948e1795abc6b9971b19b470cddc67e0df636973e33495"  # its manifest's, when it was leaps@v1


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def run_of(ws: Workspace, model: Artifact) -> Artifact:
    with ws.stage("run", "maze") as draft:
        (draft.path / "program.txt").write_text("DEF run m( move m)\n")
        return draft.publish(recipe={}, seed=0, parents=[model])


def forget_arrays(artifact: Artifact) -> None:
    """Its manifest as an older leaps wrote it."""
    older = artifact.manifest.model_copy(update={"arrays": None, "schema_number": 1})
    write_manifest(artifact.path / "manifest.yaml", older)


def parent_of(ws: Workspace, reference: str, kind: str) -> Artifact | None:
    return lineage(ws, ws.resolve(reference, kind)).parents[0].artifact


def test_a_regenerated_dataset_is_recognised_by_its_arrays(ws):
    first = publish_dataset(ws)
    publish_model(ws, first)
    shutil.rmtree(first.path.parent)
    again = publish_dataset(ws, "again")
    assert again.sha256 != first.sha256 and again.manifest.arrays == first.manifest.arrays
    assert parent_of(ws, "leaps", "model") == again
    assert ws.descendants(again) == [ws.resolve("leaps", "model")]


def test_a_regenerated_dataset_of_an_older_leaps_is_read_to_be_recognised(ws):
    first = publish_dataset(ws)
    publish_model(ws, first)
    shutil.rmtree(first.path.parent)
    forget_arrays(publish_dataset(ws))
    assert parent_of(ws, "leaps", "model") == ws.resolve("karel@v1", "dataset")


def test_a_model_of_an_older_leaps_finds_its_dataset_by_the_manifest_alone(ws):
    first = publish_dataset(ws)
    forget_arrays(first)
    publish_model(ws, ws.resolve("karel", "dataset"))
    publish_dataset(ws)
    assert parent_of(ws, "leaps", "model") == ws.resolve("karel@v1", "dataset")


def test_another_dataset_of_the_same_reference_is_not_taken_for_it(ws):
    first = publish_dataset(ws)
    publish_model(ws, first)
    shutil.rmtree(first.path.parent)
    other = publish_dataset(ws, programs=100)
    tree = lineage(ws, ws.resolve("leaps", "model")).parents[0]
    assert other.reference == first.reference and tree.artifact is None
    assert tree.gone == "not here; the karel@v1 here is another"
    assert ws.descendants(other) == []


def test_lineage_tells_an_unreadable_parent_from_a_missing_one(ws):
    publish_model(ws, publish_dataset(ws))
    (ws.root / "datasets/karel/v1/manifest.yaml").write_text("schema: 1\n")
    assert lineage(ws, ws.resolve("leaps", "model")).parents[0].gone == "unreadable"


def test_of_two_equal_datasets_prune_keeps_the_one_that_a_model_was_made_from(ws):
    first = publish_dataset(ws)
    publish_model(ws, first)
    second, third = publish_dataset(ws), publish_dataset(ws)
    assert prune(ws, keep=1) == [str(second.path)] and ws.list("dataset") == [first, third]


def test_an_own_leaps_goes_before_the_one_that_ships_which_keeps_a_name(ws):
    assert ws.resolve("leaps", "model") == ws.resolve("leaps@v1", "model") == ws.resolve(None, "model")
    ships = ws.resolve("shipped", "model")
    assert ships.reference == "shipped@v1" and ships == ws.resolve("leaps", "model")
    own = publish_model(ws, None)
    assert ws.resolve("leaps", "model") == ws.resolve("leaps@v1", "model") == ws.resolve(None, "model") == own
    assert ws.resolve("shipped", "model") == ws.resolve("shipped@v1", "model") == ships
    assert ws.find("shipped") == ships and verify(ships) == []


def test_no_artifact_of_ones_own_takes_the_name_of_the_one_that_ships(ws):
    with pytest.raises(ArtifactError, match="'shipped' is the name of the model that ships"):
        publish_model(ws, None, "shipped")


@pytest.mark.parametrize("reference", ["leaps", "shipped"])
def test_the_model_that_ships_cannot_be_removed(ws, reference):
    with pytest.raises(ArtifactError, match="ships with leaps and cannot be removed"):
        ws.remove(ws.find(reference))
    assert (shipped() / "models/shipped/v1/manifest.yaml").is_file()


def test_a_run_leads_back_to_the_model_it_was_found_in_not_to_its_namesake(ws):
    ships = ws.resolve("shipped", "model")
    run_of(ws, ships)
    own = publish_model(ws, None)
    run_of(ws, own)
    assert [parent_of(ws, f"maze@v{i}", "run") for i in (1, 2)] == [ships, own]
    assert [run.reference for run in ws.descendants(own)] == ["maze@v2"]


def test_a_run_of_an_older_leaps_leads_back_to_the_model_that_ships(ws):
    """It calls it leaps@v1, by the hash that the manifest had then."""
    run = run_of(ws, publish_model(ws, None))
    old = Parent(kind="model", reference="leaps@v1", sha256=OLD_SHIPPED)
    manifest: Manifest = read_manifest(run.path / "manifest.yaml").model_copy(update={"parents": (old,)})
    write_manifest(run.path / "manifest.yaml", manifest)
    assert parent_of(ws, "maze", "run") == ws.resolve("shipped", "model")


def test_the_newest_is_the_highest_version_whatever_the_clock_said(ws):
    first, second = publish_dataset(ws), publish_dataset(ws)
    late = first.manifest.model_copy(update={"created": "2999-01-01T00:00:00.000000+00:00"})
    write_manifest(first.path / "manifest.yaml", late)
    assert ws.resolve(None, "dataset") == ws.resolve("karel", "dataset") == second


def test_one_damaged_artifact_does_not_hide_a_newer_one(ws):
    damaged = publish_dataset(ws, "damaged")
    (damaged.path / "manifest.yaml").write_text("schema: 1\n")
    os.utime(damaged.path / "manifest.yaml", (0, 0))
    newer = publish_dataset(ws, "karel")
    assert ws.resolve(None, "dataset") == newer
    os.utime(damaged.path / "manifest.yaml", (4e9, 4e9))
    with pytest.raises(ArtifactError, match=r"damaged/v1/manifest\.yaml: damaged"):
        ws.resolve(None, "dataset")


def test_what_is_there_but_cannot_be_read_is_not_called_missing(ws):
    artifact = publish_dataset(ws)
    (artifact.path / "manifest.yaml").unlink()
    for look in (ws.find, lambda text: ws.resolve(text, "dataset")):
        with pytest.raises(ArtifactError, match=r"no manifest\.yaml here") as caught:
            look("karel@v1")
        assert not isinstance(caught.value, MissingArtifact)
    with pytest.raises(MissingArtifact):
        ws.resolve("karel@v2", "dataset")


def test_a_dataset_that_names_itself_as_its_parent_is_shown_once(ws):
    first = publish_dataset(ws)
    own = Parent(kind="dataset", reference="karel@v1", sha256="0" * 64, arrays=first.manifest.arrays)
    write_manifest(first.path / "manifest.yaml", first.manifest.model_copy(update={"parents": (own, own)}))
    (below, again) = lineage(ws, ws.resolve("karel", "dataset")).parents
    assert below.repeated and again.repeated and below.parents == ()


def test_a_long_line_of_resumed_runs_ends_somewhere(ws):
    made: list[Artifact] = []
    for _ in range(GENERATIONS + 5):
        with ws.stage("run", "maze") as draft:
            draft.continues(made[-1] if made else None)
            (draft.path / "program.txt").write_text("DEF run m( move m)\n")
            made.append(draft.publish(recipe={}, seed=0))
    node, steps = lineage(ws, made[-1]), 0
    while node.parents:
        node, steps = node.parents[0], steps + 1
    assert steps == GENERATIONS + 1 and node.gone == f"more than {GENERATIONS} generations back"
