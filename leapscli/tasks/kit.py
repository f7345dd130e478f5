"""Imports for a task file: `from leapscli.tasks.kit import World, room, PICK_MARKER`."""

from leapscli.domains.karel.actions import MOVE, PICK_MARKER, PUT_MARKER, TURN_LEFT, TURN_RIGHT
from leapscli.domains.karel.cells import EAST, MAX_MARKERS, NORTH, SOUTH, WALL, WEST
from leapscli.domains.karel.tasks.helpers import (
    facing_east,
    interior,
    no_smaller_than,
    padded_index,
    pick,
    room,
    subset,
)
from leapscli.domains.karel.world import World, border

__all__ = [
    "EAST",
    "MAX_MARKERS",
    "MOVE",
    "NORTH",
    "PICK_MARKER",
    "PUT_MARKER",
    "SOUTH",
    "TURN_LEFT",
    "TURN_RIGHT",
    "WALL",
    "WEST",
    "World",
    "border",
    "facing_east",
    "interior",
    "no_smaller_than",
    "padded_index",
    "pick",
    "room",
    "subset",
]
