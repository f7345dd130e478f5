"""Manifests as YAML: what any version wrote is read back as it was, and what nobody wrote is refused in a line."""

from __future__ import annotations

import hashlib

import pytest
import yaml

from leapscli.artifacts.layout import MANIFEST
from leapscli.artifacts.manifest import Manifest, read_manifest, write_manifest
from leapscli.errors import ArtifactError

ODD = {"08": "1e3", "off": "yes", "text": "0o17", "time": "1:30", "date": "2026-13-45", "rate": 1e-05, "none": None}
VALUES = {
    "schema": 1, "kind": "run", "name": "1e3", "version": 8, "created": "2026-01-02T03:04:05.000006+00:00",
    "tool": "0.1.0",
    "commit": "0" * 38 + "e1", "command": "leaps synthesize --set seed=010", "recipe": ODD, "seed": 0, "parents": [],
    "metrics": {"loss": 1e20, "curve": [1.0, -0.5], "note": "× –"},
    "environment": {"cpus": "08", "device": None},
    "files": [], "content": "12e45",
}  # fmt: skip


def write(folder, body: bytes):
    path = folder / MANIFEST
    path.write_bytes(body + b"checksum: " + hashlib.sha256(body).hexdigest().encode() + b"\n")
    return path


def test_what_is_written_is_read_back(tmp_path):
    manifest = Manifest.model_validate(VALUES)
    write_manifest(tmp_path / MANIFEST, manifest)
    assert read_manifest(tmp_path / MANIFEST) == manifest


def test_manifests_written_as_yaml_1_1_keep_their_values(tmp_path):
    body = yaml.dump(VALUES, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=120).encode()
    assert b"name: 1e3\n" in body and b"text: 0o17\n" in body  # unquoted, as YAML 1.1 allows
    assert read_manifest(write(tmp_path, body)) == Manifest.model_validate(VALUES)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("seed: 2026-13-45", "not a manifest: kind: Field required"),
        (f"seed: {'9' * 6000}", "damaged: a number of 6,000 digits"),
        ("recipe: &r {inner: *r}", "damaged: more than 100,000 values, or an alias that holds itself"),
        (f"metrics: {'[' * 100_000}", "damaged: nested too deeply"),
        ("seed: 1\nseed: 2", "damaged: a key is written twice"),
        ("seed: !!timestamp 2026-01-01", "damaged: the tag !!timestamp means nothing here"),
    ],
)
def test_a_manifest_that_no_version_wrote_is_refused_in_a_line(tmp_path, line, says):
    with pytest.raises(ArtifactError, match=says) as caught:
        read_manifest(write(tmp_path, f"schema: 1\n{line}\n".encode()))
    assert len(caught.value.message.splitlines()) == 1
