"""Named, index-addressed random streams.

A stream is a pure function of (seed, names, indices), so what is drawn for program 7 does not depend on how many
workers drew programs 0 to 6. Built on numpy's SeedSequence; no global generator is ever touched.
"""

from __future__ import annotations

import hashlib

import numpy as np


def _spawn_key(path: tuple[str | int, ...]) -> tuple[int, ...]:
    """Names become 32-bit words by hash, indices stay as they are."""
    words: list[int] = []
    for part in path:
        if isinstance(part, str):
            words.append(int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "little"))
        else:
            words.append(part)
    return tuple(words)


def stream(seed: int, *path: str | int) -> np.random.Generator:
    """The generator of the stream `path` under `seed`: `stream(0, "worlds", 3)`. 0 is a seed like any other."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=_spawn_key(path)))


def stream_key(seed: int, *path: str | int) -> np.uint64:
    """64 bits that name the stream `path` under `seed`, for compiled code with a counter-based generator."""
    return np.uint64(np.random.SeedSequence(seed, spawn_key=_spawn_key(path)).generate_state(1, np.uint64)[0])
