"""Weights on disk: safetensors, with one metadata key holding JSON.

One key, because safetensors keeps several in a hash map whose order, and so the file's bytes, differs from process to
process. Reading checks the schema and the token order before any tensor is touched; nothing is ever unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from leapscli.artifacts.files import disk_errors, write_whole
from leapscli.dsl.vocabulary import VOCABULARY_HASH
from leapscli.errors import ArtifactError

SCHEMA = 1
_KEY = "leaps"


def save_weights(path: Path, state_dict: Mapping[str, torch.Tensor], meta: Mapping[str, Any]) -> None:
    """Writes tensors and `meta` (JSON values) to `path`, whole or not at all. Equal inputs give equal bytes."""
    header = {"schema": SCHEMA, "vocabulary": VOCABULARY_HASH, "meta": dict(meta)}
    tensors = {name: state_dict[name].detach().cpu().contiguous() for name in sorted(state_dict)}
    with disk_errors(path):
        write_whole(path, save(tensors, metadata={_KEY: json.dumps(header, sort_keys=True)}))


def load_weights(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The tensors (on the CPU) and `meta` of a weights file. Raises ArtifactError in one line."""
    try:
        with safe_open(path, framework="pt") as file:
            meta = _check(path, (file.metadata() or {}).get(_KEY))
            return {name: file.get_tensor(name) for name in sorted(file.keys())}, meta
    except FileNotFoundError:
        raise ArtifactError(
            f"{path}: no such file", "name a model with --model, or make one with `leaps train`"
        ) from None
    except (SafetensorError, OSError) as error:
        message = f"{path}: no readable safetensors file ({error}); it may be cut short"
        raise ArtifactError(message, "restore it from a copy, or train again") from None


def _check(path: Path, text: str | None) -> dict[str, Any]:
    """The header's `meta`, its schema and vocabulary being ours."""
    try:
        header = json.loads(text or "")
        schema, vocabulary, meta = header["schema"], header["vocabulary"], header["meta"]
    except (ValueError, KeyError, TypeError):
        raise ArtifactError(
            f"{path}: weights of another program: no leaps header", "name a model that leaps wrote"
        ) from None
    if schema != SCHEMA:
        message = f"{path}: weights of schema {schema}, this version of leaps reads {SCHEMA}"
        raise ArtifactError(message, "use the version that wrote them, or train again")
    if vocabulary != VOCABULARY_HASH:
        message = f"{path}: weights for vocabulary {vocabulary}, this version of leaps has {VOCABULARY_HASH}"
        raise ArtifactError(message, "use the version that wrote them, or train again")
    return dict(meta)
