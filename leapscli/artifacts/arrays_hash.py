"""One hash of what a dataset's arrays hold, whatever file holds them: equal arrays have equal ones on every machine.

For each column in order SHA-256 takes in a line `name dtype axis axis …`, then the SHA-256 of every block of 256 rows,
the values little-endian and in C order. Blocks can be hashed while others are still being made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from leapscli.artifacts.columns import CHUNK, Layout, spec

Digests = Mapping[str, Iterable[bytes]]


def block_digest(rows: Any) -> bytes:
    """The digest of one block of at most 256 rows."""
    return hashlib.sha256(np.ascontiguousarray(rows, rows.dtype.newbyteorder("<")).data).digest()


def block_digests(rows: Any) -> list[bytes]:
    """The digests of all blocks of an array [P, …]."""
    return [block_digest(rows[i : i + CHUNK]) for i in range(0, len(rows), CHUNK)]


def combine(count: int, layout: Layout, digests: Digests) -> str:
    """The hash, in hexadecimal, of `count` programs of whose columns these are the blocks' digests."""
    whole = hashlib.sha256()
    for name, (shape, dtype) in spec(layout).items():
        whole.update(f"{name} {dtype.name} {' '.join(map(str, (count, *shape)))}\n".encode())
        for digest in digests[name]:
            whole.update(digest)
    return whole.hexdigest()
