"""The recorded truth: what the published implementations did, as objects."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from leapscli.domains.karel.world import World

HERE = Path(__file__).parent


def records(name: str) -> list[dict[str, Any]]:
    """The JSON lines of `<name>.jsonl.gz`."""
    with gzip.open(HERE / f"{name}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def world(rows: list[str], agent: list[int]) -> World:
    """Rows as recorded: `#` wall, `.` empty, digits markers, also under Karel."""
    cells = np.array([list(row) for row in rows])
    walls = cells == "#"
    markers = np.where(walls | (cells == "."), "0", cells).astype(np.uint8)
    return World(walls, markers, agent)
