"""Weights: round trips, equal bytes, refusal of what is foreign or cut."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file

from leapscli.artifacts.weights import load_weights, save_weights
from leapscli.errors import ArtifactError

STATE = {"b": torch.arange(6.0).reshape(2, 3).t(), "a": torch.ones(5, dtype=torch.int64)}


def test_what_is_saved_is_loaded(tmp_path):
    save_weights(tmp_path / "w", STATE, {"hidden": 8})
    state, meta = load_weights(tmp_path / "w")
    assert meta == {"hidden": 8} and all(torch.equal(state[name], STATE[name]) for name in STATE)
    assert list(tmp_path.iterdir()) == [tmp_path / "w"]


def test_another_process_writes_the_same_bytes(tmp_path):
    save_weights(tmp_path / "here", STATE, {"z": 1, "a": 2})
    code = (
        "import sys, torch; from pathlib import Path; from leapscli.artifacts.weights import save_weights\n"
        "s = {'a': torch.ones(5, dtype=torch.int64), 'b': torch.arange(6.0).reshape(2, 3).t()}\n"
        "save_weights(Path(sys.argv[1]), s, {'a': 2, 'z': 1})"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True)
    assert (tmp_path / "here").read_bytes() == (tmp_path / "there").read_bytes()


def test_foreign_cut_and_newer_files_are_refused_in_one_line(tmp_path):
    path = tmp_path / "w"
    save_weights(path, STATE, {})
    content = path.read_bytes()
    for length in (0, 4, 50, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ArtifactError, match="no readable safetensors file"):
            load_weights(path)
    save_file({"a": torch.ones(1)}, path)
    with pytest.raises(ArtifactError, match="no leaps header"):
        load_weights(path)
    for header, says in (
        ({"schema": 9, "vocabulary": "x", "meta": {}}, "schema 9"),
        ({"schema": 1, "vocabulary": "x", "meta": {}}, "for vocabulary x"),
    ):
        save_file({"a": torch.ones(1)}, path, {"leaps": json.dumps(header)})
        with pytest.raises(ArtifactError, match=says):
            load_weights(path)
    with pytest.raises(ArtifactError, match="no such file"):
        load_weights(tmp_path / "none")
