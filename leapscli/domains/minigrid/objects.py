"""Cells of MiniGrid, a byte each: type, colour and state of the thing there; 0 is an empty cell.

Types, colours and states have the numbers of the `minigrid` package, but for the empty cell.
"""

from __future__ import annotations

from leapscli.domains.grid.looks import Looks

TYPES = {"wall": 2, "floor": 3, "door": 4, "key": 5, "ball": 6, "box": 7, "goal": 8, "lava": 9}
INITIALS = {"red": "r", "green": "g", "blue": "b", "purple": "p", "yellow": "y", "grey": "e"}
COLOURS = {"red": 0, "green": 1, "blue": 2, "purple": 3, "yellow": 4, "grey": 5}
OPEN, CLOSED, LOCKED = range(3)  # of a door

EMPTY = 0
PER_TYPE, PER_COLOUR = 18, 3

_LETTERS = {"wall": "#", "floor": "_", "door": "D", "key": "k", "ball": "o", "box": "x", "goal": "G", "lava": "~"}
_STATES = {OPEN: "'", CLOSED: "|", LOCKED: "!"}
_HEX = {
    "red": "#e5484d",
    "green": "#46a758",
    "blue": "#3e63dd",
    "purple": "#8e4ec6",
    "yellow": "#f5d90a",
    "grey": "#8b8d98",
}


def cell(kind: str, colour: str = "red", state: int = 0) -> int:
    """The byte of a thing: `cell("door", "blue", LOCKED)`."""
    return TYPES[kind] * PER_TYPE + COLOURS[colour] * PER_COLOUR + state


WALL, GOAL, LAVA = cell("wall", "grey"), cell("goal", "green"), cell("lava", "red")


def looks() -> Looks:
    """Glyphs of three characters: the thing, and the initial of its colour; of a door also its state."""
    glyphs, colours = {EMPTY: ".  "}, {EMPTY: "#faf7f0"}
    for kind, letter in _LETTERS.items():
        for name in COLOURS:
            for state in _STATES if kind == "door" else (0,):
                value = cell(kind, name, state)
                glyphs[value] = f"{letter}{INITIALS[name]}{_STATES[state] if kind == 'door' else ' '}"
                colours[value] = "#ff8a3d" if kind == "lava" else "#475263" if kind == "wall" else _HEX[name]
    return Looks(glyphs | {WALL: "###", LAVA: "~~~", GOAL: "G  "}, colours)
