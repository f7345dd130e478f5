"""`verify` notices every bit; manifests that cannot be trusted say why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.manifest import write_manifest
from leapscli.artifacts.store import Workspace, verify
from leapscli.errors import ArtifactError
from tests.artifacts.test_store import make


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return make(Workspace(tmp_path), content=bytes(range(64)))


def again(artifact: Artifact) -> Artifact:
    """The same artifact, read anew."""
    return Artifact(artifact.path, artifact.kind, artifact.name, artifact.version)


def test_a_whole_artifact_has_no_problems(artifact):
    assert verify(again(artifact)) == []


@pytest.mark.parametrize("name", ["programs.h5", "sub/note.txt", "manifest.yaml"])
def test_any_flipped_bit_of_any_file_is_found(artifact, name):
    path = artifact.path / name
    content = path.read_bytes()
    bits = np.random.default_rng(0).permutation(8 * len(content))[:200]
    for bit in bits:
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(flipped)
        assert verify(again(artifact)), f"bit {bit}"
    path.write_bytes(content)
    assert verify(again(artifact)) == []


def test_every_cut_of_the_manifest_is_found(artifact):
    path = artifact.path / "manifest.yaml"
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        assert len(verify(again(artifact))) == 1
        with pytest.raises(ArtifactError, match="damaged"):
            _ = again(artifact).manifest


def test_missing_extra_and_shortened_files_are_each_named(artifact):
    (artifact.path / "programs.h5").write_bytes(b"short")
    (artifact.path / "sub" / "note.txt").unlink()
    (artifact.path / "extra").write_text("")
    problems = "\n".join(verify(again(artifact)))
    assert "5 bytes, published with 64" in problems
    assert "note.txt: missing" in problems and "extra: not part of the artifact" in problems


def test_a_folder_renamed_by_hand_is_noticed(artifact):
    moved = artifact.path.rename(artifact.path.with_name("v7"))
    assert "its manifest calls it karel@v1" in verify(Artifact(moved, "dataset", "karel", 7))[0]


def test_a_newer_schema_says_to_upgrade(artifact):
    write_manifest(artifact.path / "manifest.yaml", artifact.manifest.model_copy(update={"schema_number": 9}))
    with pytest.raises(ArtifactError, match="schema 9, this version of leaps reads up to 2") as caught:
        _ = again(artifact).manifest
    assert caught.value.hint == "upgrade leaps"
