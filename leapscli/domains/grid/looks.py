"""The looks of a grid world: the text of its cells, their colours, and where the agent is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Place = tuple[int, int, int | None]  # row, column, and a direction N=0 E=1 S=2 W=3 where it has one

DIGITS = ".123456789abcdefghijklmnopqrstuvwxyz"  # of cells whose domain names no glyphs
ARROWS = "^>v<"
UNKNOWN = "?"
SHADES = ("#faf7f0", "#475263", "#f5b82e", "#4c9f70", "#d65f5f", "#4a7fc1", "#9b6fc3", "#e08e45", "#6bb7b7", "#b0b7c3")


def usual_place(agent: tuple[int, ...]) -> Place | None:
    """Row and column come first, and then the direction, where an agent has so many numbers."""
    if len(agent) < 2:
        return None
    facing = agent[2] if len(agent) > 2 and 0 <= agent[2] < len(ARROWS) else None
    return agent[0], agent[1], facing


@dataclass(frozen=True)
class Looks:
    """`glyphs`: the text of each cell value, all of one width; `colours`: its colour, `#rrggbb`; `place(agent)`: where
    the agent is drawn, if anywhere.
    """

    glyphs: Mapping[int, str] = field(default_factory=dict)
    colours: Mapping[int, str] = field(default_factory=dict)
    place: Callable[[tuple[int, ...]], Place | None] = usual_place

    @property
    def width(self) -> int:
        """Characters of a cell."""
        return len(next(iter(self.glyphs.values()), DIGITS[0]))

    def glyph(self, value: int) -> str:
        """The text of a cell."""
        if value in self.glyphs:
            return self.glyphs[value]
        own = DIGITS[value] if value < len(DIGITS) else UNKNOWN
        return (own if own not in self.glyphs.values() else UNKNOWN).ljust(self.width)

    def colour(self, value: int) -> str:
        """The colour of a cell."""
        return self.colours.get(value, SHADES[value % len(SHADES)])

    def agent(self, facing: int | None) -> str:
        """The text of the agent."""
        return ("@" if facing is None else ARROWS[facing]).ljust(self.width)
