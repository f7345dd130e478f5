"""Karel, slow and obvious: the specification of what actions do and perceptions see."""

from __future__ import annotations

import numpy as np

from leapscli.domains.karel.cells import MAX_MARKERS, Agent
from leapscli.domains.karel.world import World
from leapscli.engine.reference import Edit

NORTH_EAST_SOUTH_WEST = ((-1, 0), (0, 1), (1, 0), (0, -1))


class Karel:
    """A world that can be acted upon. Where it is `crashable`, a bump ends the run, so Karel does not turn at it."""

    def __init__(self, world: World, *, crashable: bool = False) -> None:
        self.crashable = crashable
        self.walls, self.markers = world.walls.copy(), world.markers.copy()
        self.row, self.column, self.direction = world.agent
        self.seed = world.seed

    def world(self) -> World:
        """The world as it is now."""
        return World(self.walls, self.markers, (self.row, self.column, self.direction), self.seed)

    @property
    def place(self) -> Agent:
        """Row, column and direction, now."""
        return self.row, self.column, self.direction

    def edits(self, action: str, changed: bool) -> tuple[Edit, ...]:
        """The cells that `action`, just done, altered."""
        delta = {"pickMarker": 1, "putMarker": -1}.get(action, 0)
        now = int(self.markers[self.row, self.column])
        return ((self.row, self.column, now + delta, now),) if changed and delta else ()

    def clear(self, turn: int) -> bool:
        """True if the cell in the direction `turn` (quarters to the right) is free; outside is wall."""
        dr, dc = NORTH_EAST_SOUTH_WEST[(self.direction + turn) % 4]
        row, column = self.row + dr, self.column + dc
        inside = 0 <= row < self.walls.shape[0] and 0 <= column < self.walls.shape[1]
        return inside and not self.walls[row, column]

    def perceive(self, name: str) -> bool:
        """The value of the perception `name` here."""
        match name:
            case "frontIsClear":
                return self.clear(0)
            case "leftIsClear":
                return self.clear(3)
            case "rightIsClear":
                return self.clear(1)
            case "markersPresent":
                return bool(self.markers[self.row, self.column] > 0)
            case _:
                return bool(self.markers[self.row, self.column] == 0)

    def act(self, name: str) -> bool:
        """Do the action `name`; whether it did anything but turn at a wall."""
        here = (self.row, self.column)
        match name:
            case "turnLeft":
                self.direction = (self.direction + 3) % 4
            case "turnRight":
                self.direction = (self.direction + 1) % 4
            case "move":
                if not self.clear(0):
                    self.direction = self.direction if self.crashable else (self.direction + 2) % 4
                    return False
                dr, dc = NORTH_EAST_SOUTH_WEST[self.direction]
                self.row, self.column = self.row + dr, self.column + dc
            case "pickMarker":
                if self.markers[here] == 0:
                    return False
                self.markers[here] -= np.uint8(1)
            case _:
                if self.markers[here] == MAX_MARKERS:
                    return False
                self.markers[here] += np.uint8(1)
        return True
