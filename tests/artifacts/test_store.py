"""The store: versions, references, staging, removal, and what a full or closed disk looks like."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from leapscli.artifacts import staging
from leapscli.artifacts.prune import prune
from leapscli.artifacts.staging import leftovers
from leapscli.artifacts.store import Artifact, Workspace, verify
from leapscli.errors import ArtifactError, LeapsError


def make(ws: Workspace, kind="dataset", name="karel", content=b"payload", parents=()) -> Artifact:
    with ws.stage(kind, name) as draft:
        (draft.path / "programs.h5").write_bytes(content)
        (draft.path / "sub").mkdir()
        (draft.path / "sub" / "note.txt").write_text("a note")
        return draft.publish(recipe={"programs": 4}, seed=0, parents=parents, metrics={"kept": 4}, command="leaps x")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_a_published_artifact_says_everything_about_itself(ws):
    artifact = make(ws)
    manifest = ws.resolve("karel@v1", "dataset").manifest
    assert artifact.path == ws.root / "datasets" / "karel" / "v1"
    assert (manifest.kind, manifest.reference, manifest.seed, manifest.command) == ("dataset", "karel@v1", 0, "leaps x")
    assert [file.name for file in manifest.files] == ["programs.h5", "sub/note.txt"]
    assert manifest.environment["numpy"] and manifest.created.endswith("+00:00")
    assert manifest.recipe == {"programs": 4} and manifest.metrics == {"kept": 4}


def test_equal_payloads_have_equal_content_hashes(ws):
    first, second, other = make(ws), make(ws, name="again"), make(ws, content=b"else")
    assert first.manifest.content == second.manifest.content != other.manifest.content


def test_references_find_the_newest_a_version_a_path_or_the_newest_of_all(ws, monkeypatch):
    make(ws)
    second = make(ws)
    other = make(ws, name="large")
    assert ws.resolve("karel", "dataset").reference == "karel@v2"
    assert ws.resolve("karel@1", "dataset").reference == ws.resolve("karel@v1", "dataset").reference == "karel@v1"
    assert ws.resolve(second.path, "dataset") == ws.resolve(second.path.parent, "dataset") == second
    assert ws.resolve("datasets/karel/v2", "dataset") == second
    assert ws.resolve(None, "dataset") == other
    monkeypatch.chdir(ws.root)
    assert ws.resolve("./datasets/karel/v2", "dataset") == second


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("karel@v9", "there are karel@v1"),
        ("nothing", "no dataset nothing"),
        ("karel@new", "is not a reference"),
        ("Karel", "is not a reference"),
        ("./nowhere", "no manifest.yaml"),
    ],
)
def test_a_reference_that_finds_nothing_says_what_there_is(ws, reference, says):
    make(ws)
    with pytest.raises(ArtifactError, match=says) as caught:
        ws.resolve(reference, "dataset")
    assert caught.value.hint and "\n" not in caught.value.message


def test_an_empty_workspace_names_the_command_that_fills_it(ws):
    with pytest.raises(ArtifactError, match="no dataset in") as caught:
        ws.resolve(None, "dataset")
    assert "leaps gen-data" in str(caught.value.hint)


def test_a_wrong_kind_and_a_missing_file_are_one_line_each(ws):
    artifact = make(ws)
    with pytest.raises(ArtifactError, match="holds a dataset, needs a model"):
        ws.resolve(artifact.path, "model")
    with pytest.raises(ArtifactError, match=r"has no weights\.safetensors, only programs\.h5"):
        artifact.file("weights.safetensors")
    artifact.file("programs.h5").unlink()
    with pytest.raises(ArtifactError, match="damaged: missing"):
        ws.resolve("karel", "dataset")


@pytest.mark.parametrize("name", ["Karel", "", "../x", ".hidden", "a b", "v@1", "-x"])
def test_names_that_could_not_be_folders_and_references_are_refused(ws, name):
    with pytest.raises(ArtifactError, match="cannot name an artifact"), ws.stage("dataset", name):
        pass
    assert not any(ws.root.iterdir())


def test_what_is_not_published_leaves_nothing(ws):
    with pytest.raises(RuntimeError), ws.stage("dataset", "karel") as draft:
        (draft.path / "programs.h5").write_bytes(b"half")
        raise RuntimeError
    assert ws.list() == [] and not list((ws.root / "datasets" / ".staging").iterdir())


def test_a_keyed_draft_is_kept_for_resume_and_emptied_without(ws):
    with ws.stage("dataset", "karel", key="k") as draft:
        (draft.path / "part").write_bytes(b"half")
    assert ws.list() == [] and leftovers(ws.root) == [(draft.path, True)]
    with ws.stage("dataset", "karel", key="k", resume=True) as draft:
        assert (draft.path / "part").read_bytes() == b"half"
    with ws.stage("dataset", "karel", key="k") as draft:
        assert not any(draft.path.iterdir())
        with pytest.raises(ArtifactError, match="another process"), ws.stage("dataset", "karel", key="k"):
            pass


def test_what_a_killed_predecessor_left_half_written_is_not_published(ws):
    with ws.stage("dataset", "karel", key="k") as draft:
        for name in (".programs.h5.tmp", "manifest.yaml"):
            (draft.path / name).write_text("half")
    with ws.stage("dataset", "karel", key="k", resume=True) as draft:
        (draft.path / "programs.h5").write_bytes(b"whole")
        artifact = draft.publish(recipe={}, seed=0)
    assert [file.name for file in artifact.manifest.files] == ["programs.h5"] and verify(artifact) == []


def test_prune_removes_leftovers_of_the_dead_but_no_living_and_no_resumable_draft(ws):
    dead = ws.root / "datasets" / ".staging" / "tmp-karel-000000"
    dead.mkdir(parents=True)
    with ws.stage("dataset", "karel", key="kept"):
        pass
    with ws.stage("dataset", "karel") as living:
        assert prune(ws, dry_run=True) == [str(dead)]
        assert prune(ws) == [str(dead)] and not dead.exists() and living.path.exists()
    assert len(prune(ws, interrupted=True)) == 1 and leftovers(ws.root) == []


def test_prune_keeps_the_newest_versions_and_what_others_were_made_from(ws):
    first, second, third = make(ws), make(ws), make(ws)
    make(ws, kind="model", name="leaps", parents=[first])
    assert prune(ws, keep=1) == [str(second.path)]
    assert [artifact.reference for artifact in ws.list("dataset")] == [first.reference, third.reference]


def test_a_removed_version_number_is_never_given_again(ws):
    make(ws)
    ws.remove(make(ws))
    assert make(ws).reference == "karel@v3"
    assert not leftovers(ws.root)


def test_descendants_are_found_through_generations(ws):
    dataset = make(ws)
    model = make(ws, kind="model", name="leaps", parents=[dataset])
    run = make(ws, kind="run", name="maze", parents=[model])
    make(ws, kind="model", name="other")
    assert ws.descendants(dataset) == [model, run] and ws.descendants(run) == []


def test_a_taken_version_is_never_overwritten(ws, monkeypatch):
    first = make(ws)
    before = first.sha256
    monkeypatch.setattr(staging, "next_version", lambda home: 1)  # as if listed before the other's rename
    second = make(ws)
    assert second.reference == "karel@v2" and second.manifest.version == 2
    assert Artifact(first.path, "dataset", "karel", 1).sha256 == before


@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [(errno.ENOSPC, LeapsError, "disk is full"), (errno.EROFS, ArtifactError, "cannot be written")],
)
def test_a_full_or_closed_disk_is_one_line_and_leaves_nothing(ws, monkeypatch, number, kind, says):
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(kind, match=says) as caught:
        make(ws)
    assert caught.value.hint and "--workspace" in caught.value.hint
    assert ws.list() == [] and leftovers(ws.root) == []


def test_a_workspace_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactError, match="cannot be written"):
        make(Workspace(tmp_path / "file"))
    with pytest.raises(ArtifactError, match="a workspace is a folder"):
        Workspace.locate(tmp_path / "file")


def test_a_symbolic_link_cannot_be_published(ws):
    with pytest.raises(ArtifactError, match="symbolic link"), ws.stage("dataset", "karel") as draft:
        (draft.path / "link").symlink_to("/etc/hostname")
        draft.publish(recipe={}, seed=0)


def test_the_flag_beats_the_environment_which_beats_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEAPS_WORKSPACE", raising=False)
    assert Workspace.locate().root == tmp_path
    monkeypatch.setenv("LEAPS_WORKSPACE", str(tmp_path / "environment"))
    assert Workspace.locate().root == tmp_path / "environment"
    assert Workspace.locate(tmp_path / "flag").root == tmp_path / "flag"


def test_on_a_full_disk_removing_frees_space_first(tmp_path, monkeypatch):
    place = Workspace(tmp_path)
    for _ in range(2):
        with place.stage("dataset", "karel") as draft:
            (draft.path / "x").write_bytes(b"y" * 100)
            draft.publish(recipe={}, seed=0)
    whole, written = staging.write_whole, []

    def full(path, content):
        written.append(path.name)
        if list((tmp_path / "datasets" / ".staging").glob("removed-*")):
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(path, content)

    monkeypatch.setattr(staging, "write_whole", full)
    place.remove(place.resolve("karel@v1", "dataset"))
    assert written == []  # a version that is not the last needs no note
    place.remove(place.resolve("karel@v2", "dataset"))
    assert written == [".last", ".last"] and place.list() == []
    assert staging.next_version(tmp_path / "datasets" / "karel") == 3


def test_a_removal_that_was_killed_keeps_the_number_used(tmp_path):
    place = Workspace(tmp_path)
    with place.stage("dataset", "karel") as draft:
        (draft.path / "x").write_bytes(b"y")
        draft.publish(recipe={}, seed=0)
    home = tmp_path / "datasets" / "karel"
    (home / "v1").rename(staging.removal_of(home, "v1"))
    assert staging.next_version(home) == 2


def test_a_version_that_is_a_link_is_removed_and_what_it_leads_to_stays(tmp_path):
    place = Workspace(tmp_path / "w")
    with place.stage("dataset", "karel") as draft:
        (draft.path / "x").write_bytes(b"y")
        draft.publish(recipe={}, seed=0)
    home = tmp_path / "w" / "datasets" / "karel"
    (home / "v1").rename(tmp_path / "kept")
    (home / "v1").symlink_to(tmp_path / "kept")
    place.remove(place.resolve("karel@v1", "dataset"))
    assert place.list() == [] and (tmp_path / "kept" / "x").read_bytes() == b"y"
    assert prune(place) == []
