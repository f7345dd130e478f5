"""The colours of paper, text and programs, which screens and pictures share.

Terminal colours are chosen to be readable on dark and on light backgrounds alike. A domain brings those of its worlds.
"""

from __future__ import annotations

from leapscli.domains.karel.colours import Colour

# Pictures.
PAPER: Colour = (255, 255, 255)
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

LIT_STYLE = "bold #1c1c1c on #ffcf5c"
