"""The colours that screens and pictures share, so that a wall looks like a wall wherever it is drawn.

Terminal colours are chosen to be readable on dark and on light backgrounds alike.
"""

from __future__ import annotations

Colour = tuple[int, int, int]

# Pictures.
PAPER: Colour = (255, 255, 255)
FLOOR: Colour = (250, 247, 240)
GRID: Colour = (228, 222, 210)
WALL: Colour = (71, 82, 99)
WALL_EDGE: Colour = (52, 60, 74)
MARKER: Colour = (245, 184, 46)
MARKER_EDGE: Colour = (196, 134, 8)
MARKER_INK: Colour = (84, 54, 0)
KAREL: Colour = (214, 40, 57)
KAREL_EDGE: Colour = (255, 255, 255)
INK: Colour = (38, 44, 54)
FAINT: Colour = (128, 136, 148)
LIT: Colour = (255, 236, 179)
LIT_EDGE: Colour = (240, 160, 30)

# The parts of a program, in pictures and (as rich styles) in the terminal.
SYNTAX: dict[str, Colour] = {
    "keyword": (140, 44, 166),
    "action": (22, 122, 66),
    "perception": (20, 102, 184),
    "number": (190, 90, 0),
    "bracket": (150, 156, 166),
    "comment": (128, 136, 148),
    "plain": INK,
}
SYNTAX_STYLE: dict[str, str] = {
    "keyword": "bold magenta",
    "action": "green",
    "perception": "cyan",
    "number": "yellow",
    "bracket": "bright_black",
    "comment": "bright_black italic",
    "plain": "",
}

# Terminal: walls, free cells, markers from few to many, Karel.
WALL_STYLE = "#76808f"
FREE_STYLE = "#8a8f98 dim"
MARKER_STYLES = ("#d9a01e", "#e08214", "#d9600f")  # 1, 2 to 4, 5 to 9 markers
KAREL_STYLE = "bold #ffffff on #d62839"
LIT_STYLE = "bold #1c1c1c on #ffcf5c"


def marker_style(count: int) -> str:
    """The terminal style of a cell with `count` markers: the more, the hotter."""
    return MARKER_STYLES[(count > 1) + (count > 4)]
