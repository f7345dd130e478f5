"""A bitmap of the programs a model was trained on, to exclude them when it is evaluated on another dataset.

A bitmap of two bits a program: of each the one at its hash, modulo their number, is set. Of programs never seen about
four in ten meet a set bit and pass for seen as well, whichever they are: what is left is a fair sample of the unseen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.columns import Bytes
from leapscli.artifacts.layout import SEEN
from leapscli.dsl.batch import TokenBatch
from leapscli.errors import ArtifactError


def save_seen(path: Path, tokens: TokenBatch) -> None:
    """Writes the bitmap of these programs, uint8, the first bit of each byte first."""
    bits = np.zeros(16 * -(-len(tokens) // 8), np.uint8)
    bits[_places(tokens, len(bits))] = 1
    np.save(path, np.packbits(bits), allow_pickle=False)


def load_seen(model: Artifact) -> Bytes | None:
    """The bitmap of a model; None of one that cannot tell."""
    if SEEN not in {file.name for file in model.manifest.files}:
        return None
    path = model.file(SEEN)
    try:
        found: Bytes = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError):
        found = np.zeros(0, np.uint8)
    if found.dtype != np.uint8 or found.ndim != 1 or not len(found):
        raise ArtifactError(f"{path}: damaged: not a bitmap", f"`leaps artifacts verify {model.reference}` has details")
    return found


def unseen(seen: Bytes, tokens: TokenBatch) -> Any:
    """bool[P]: which of these programs are certainly none that the model learnt from."""
    bits = np.unpackbits(seen)
    return bits[_places(tokens, len(bits))] == 0


def _places(tokens: TokenBatch, bits: int) -> Any:
    return (tokens.hashes() % np.uint64(bits)).astype(np.int64)
