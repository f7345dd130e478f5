"""Observations: the whole state, or what programs perceive, with or without the last action."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from leapscli.domains.karel.cells import MAX_MARKERS, WALL, offsets
from leapscli.dsl.published import ACTIONS, PERCEPTIONS
from leapscli.engine.stepping import Stepping
from leapscli.errors import InputError, brief

Kind = Literal["state", "perceptions", "perceptions+action"]
FACING, WALLS, MARKERS = 0, 4, 5  # the first of the planes: four directions, walls, 0 … 10 markers
PLANES = MARKERS + MAX_MARKERS + 2
NONE = -1  # the last action before the first


class Observer:
    """Observations of one kind on worlds of `height` × `width`."""

    def __init__(self, kind: Kind, height: int, width: int) -> None:
        if kind not in get_args(Kind):
            raise InputError(f"observation: expected {', '.join(get_args(Kind))}, not {brief(kind)}")
        self.kind, self.height, self.width = kind, height, width

    @property
    def space(self) -> Box:
        """The space of one observation.

        `state` is uint8[16, H, W], 0 or 1, with the planes of the published code: Karel facing north, east, south,
        west, walls, then cells of 0, 1, … 10 markers. `perceptions` is float32[5], 0 or 1, in the order of the
        vocabulary; with `+action` five more tell the last action, all 0 at the start.
        """
        if self.kind == "state":
            return Box(0, 1, (PLANES, self.height, self.width), np.uint8)
        return Box(0, 1, (len(PERCEPTIONS) + len(ACTIONS) * (self.kind != "perceptions"),), np.float32)

    def observe(self, episodes: Stepping, last: NDArray[np.int64]) -> NDArray[Any]:
        """The observations [N, …] of all episodes; `last` [N] are their last actions."""
        if self.kind == "state":
            return self._planes(episodes)
        perceived = episodes.perceptions()
        if self.kind == "perceptions":
            return perceived
        return np.concatenate([perceived, last[:, None] == np.arange(len(ACTIONS))], axis=1, dtype=np.float32)

    def _planes(self, episodes: Stepping) -> NDArray[np.uint8]:
        cells, agents = self.grids(episodes)
        planes = np.zeros((len(cells), PLANES, self.height, self.width), np.uint8)
        walls = cells == WALL
        planes[:, WALLS] = walls
        markers = np.where(walls, 0, cells)
        planes[:, MARKERS:] = markers[:, None] == np.arange(PLANES - MARKERS, dtype=np.uint8)[:, None, None]
        planes[np.arange(len(cells)), FACING + agents[:, 2], agents[:, 0], agents[:, 1]] = 1
        return planes

    def grids(self, episodes: Stepping) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The cells uint8[N, H, W] (markers, 255 for wall) and the agents [N, 3]: row, column, direction."""
        stride = self.width + 2
        ringed = episodes.cells[:, : (self.height + 2) * stride].reshape(-1, self.height + 2, stride)
        place, ahead = episodes.agents[:, 0].astype(np.int64), episodes.agents[:, 1].astype(np.int64)
        direction = (ahead[:, None] == np.array(offsets(stride))).argmax(axis=1)
        return ringed[:, 1:-1, 1:-1], np.stack([place // stride - 1, place % stride - 1, direction], axis=1)
