"""The colours of Karel's world, the same on screens and in pictures: a wall looks like a wall wherever it is drawn.

Terminal colours are chosen to be readable on dark and on light backgrounds alike.
"""

from __future__ import annotations

Colour = tuple[int, int, int]

# Pictures.
FLOOR: Colour = (250, 247, 240)
GRID: Colour = (228, 222, 210)
WALL: Colour = (71, 82, 99)
WALL_EDGE: Colour = (52, 60, 74)
MARKER: Colour = (245, 184, 46)
MARKER_EDGE: Colour = (196, 134, 8)
MARKER_INK: Colour = (84, 54, 0)
KAREL: Colour = (214, 40, 57)
KAREL_EDGE: Colour = (255, 255, 255)

# Terminal: walls, free cells, markers from few to many, Karel.
WALL_STYLE = "#76808f"
FREE_STYLE = "#8a8f98 dim"
MARKER_STYLES = ("#d9a01e", "#e08214", "#d9600f")  # 1, 2 to 4, 5 to 9 markers
KAREL_STYLE = "bold #ffffff on #d62839"


def marker_style(count: int) -> str:
    """The terminal style of a cell with `count` markers: the more, the hotter."""
    return MARKER_STYLES[(count > 1) + (count > 4)]
