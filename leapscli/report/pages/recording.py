"""Episodes as the player of a page takes them: every step that was recorded, packed, and nothing left to compute.

`data` is deflated and in base64, little-endian, one array after the other, for n steps of which m edit cells and r
earn something: cells uint8[H·W], senses uint8[n+1], flags uint8[n] (1: a test; 2: it changed the world, or the
condition holds), nodes uint16[n], rows uint16[n+1], columns uint16[n+1], directions uint8[n+1]; of the edits, steps
uint32[m], rows uint16[m], columns uint16[m], before uint8[m], after uint8[m]; of the rewards, steps uint32[r] and
values float64[r].
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

from leapscli.domains.karel.cells import WALL
from leapscli.tasks.episode import Episode

TEST, CHANGED = 1, 2  # flags


def recording(episode: Episode, label: str, program: int = 0) -> dict[str, Any]:
    """JSON values. `label` names the episode to be chosen; `program` is its number on the page."""
    before, steps = episode.before, episode.steps
    edits = [(at, *edit) for at, step in enumerate(steps) for edit in step.edits]
    rewards = [(at, step.reward) for at, step in enumerate(steps) if step.reward]
    agents = np.array([before.agent, *(step.agent for step in steps)], np.uint16)
    changes = np.array(edits, np.int64).reshape(-1, 5)
    columns = (
        np.where(before.walls, np.uint8(WALL), before.markers).astype("u1"),
        np.array([episode.senses, *(step.senses for step in steps)], "u1"),
        np.array([TEST * (not step.is_action) + CHANGED * bool(step.changed) for step in steps], "u1"),
        np.array([step.node for step in steps], "<u2"),
        agents[:, 0].astype("<u2"),
        agents[:, 1].astype("<u2"),
        agents[:, 2].astype("u1"),
        *(changes[:, i].astype(kind) for i, kind in enumerate(("<u4", "<u2", "<u2", "u1", "u1"))),
        np.array([at for at, _ in rewards], "<u4"),
        np.array([value for _, value in rewards], "<f8"),
    )
    packed = zlib.compress(b"".join(column.tobytes() for column in columns), 9)
    return {
        "label": label,
        "program": program,
        "height": before.height,
        "width": before.width,
        "steps": len(steps),
        "edits": len(edits),
        "rewards": len(rewards),
        "end": episode.end,
        "total": episode.total,
        "best": episode.best,
        "data": base64.b64encode(packed).decode("ascii"),
    }
