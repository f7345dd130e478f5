"""Weights on disk: safetensors, with one metadata key holding JSON.

One key, because safetensors keeps several in a hash map whose order, and so the file's bytes, differs from process to
process. Reading checks the schema and the token order before any tensor is touched, then a digest of tensors and
metadata, which serves files that no manifest lists yet; nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from leapscli.artifacts.files import disk_errors, write_whole
from leapscli.dsl.published import VOCABULARY_HASH
from leapscli.errors import ArtifactError, brief

SCHEMA = 1
_KEY = "leaps"


def save_weights(path: Path, state_dict: Mapping[str, torch.Tensor], meta: Mapping[str, Any]) -> None:
    """Writes tensors and `meta` (JSON values) to `path`, whole or not at all. Equal inputs give equal bytes."""
    tensors = {name: state_dict[name].detach().cpu().contiguous() for name in sorted(state_dict)}
    header = {"schema": SCHEMA, "vocabulary": VOCABULARY_HASH, "meta": dict(meta), "digest": _digest(tensors, meta)}
    with disk_errors(path):
        write_whole(path, save(tensors, metadata={_KEY: json.dumps(header, sort_keys=True)}))


def load_weights(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The tensors (on the CPU) and `meta` of a weights file. Raises ArtifactError in one line."""
    try:
        with safe_open(path, framework="pt") as file:
            meta, digest = _check(path, (file.metadata() or {}).get(_KEY))
            tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
    except FileNotFoundError:
        raise ArtifactError(
            f"{path}: no such file", "name a model with --model, or make one with `leaps train`"
        ) from None
    except (SafetensorError, OSError) as error:
        message = f"{path}: no readable safetensors file ({error}); it may be cut short"
        raise ArtifactError(message, "restore it from a copy, or train again") from None
    if digest is not None and digest != _digest(tensors, meta):
        raise ArtifactError(f"{path}: damaged: its digest does not match", "restore it from a copy, or train again")
    return tensors, meta


def _digest(tensors: Mapping[str, torch.Tensor], meta: Mapping[str, Any]) -> str:
    """SHA-256 of the tensors by name, and of the metadata."""
    digest = hashlib.sha256(json.dumps(dict(meta), sort_keys=True).encode())
    for name, tensor in tensors.items():
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        digest.update(tensor.flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _check(path: Path, text: str | None) -> tuple[dict[str, Any], str | None]:
    """The header's `meta` and digest, its schema and vocabulary being ours; files of older versions have no digest."""
    try:
        header = json.loads(text or "")
        schema, vocabulary, meta = header["schema"], header["vocabulary"], dict(header["meta"])
        digest = header.get("digest")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ArtifactError(
            f"{path}: weights of another program: no leaps header", "name a model that leaps wrote"
        ) from None
    if schema != SCHEMA:
        message = f"{path}: weights of schema {brief(schema)}, this version of leaps reads {SCHEMA}"
        raise ArtifactError(message, "use the version that wrote them, or train again")
    if vocabulary != VOCABULARY_HASH:
        message = f"{path}: weights for vocabulary {vocabulary!s:.40}, this version of leaps has {VOCABULARY_HASH}"
        raise ArtifactError(message, "use the version that wrote them, or train again")
    return meta, digest
