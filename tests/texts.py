"""Hypothesis strategies for text that may or may not spell programs, in every manner that people and models write."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = (
    *("def run():", "def main():", "move()", "turn_left()", "if frontIsClear():", "while front_is_blocked():", "else:"),
    *(
        "pass",
        "for i in range(3):",
        "repeat(4):",
        "run()",
        "from x import *",
        "-> None",
        ";",
        "if __name__ == '__main__':",
    ),
    *("DEF run m(", "m)", "move", "IF c( FrontIsBlocked c) i(", "i)", "ELSE e(", "e)", "REPEAT R=3 r(", "r)", "(", ")"),
    *("# note", "#", "#!x", "##y", "'''doc\n  # in\n\n   b'''", '"""x"""', "'s'", "```", "  ```", "\n```python\n"),
    *("\n```\n", "prose here", ":", "²", "é", "ｍove()", "（）", "\n    ", "\n        ", "\\\n"),
    *("\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\t", " ", "\xa0", "\u200b", "\ufeff", "\0", "\ud800"),
)
PROGRAMS = (
    "#more\n\nDEF run m(   # start\n   move # a\n   # own\n\n   IF c( frontIsClear c) i( move\n # e\n i) m) # end",
    "DEF run m( # a\rmove m)",
    "DEF run m( move m)\nDEF run m( turnLeft m)\n",
    "def run():\n    move()  # b\n    turn_left()\n",
    "def main():\n    '''doc # x\n  y'''\n    if front_is_clear():\n        pass\n    else:\n        move()\nmain()\n",
    "  def run():\n    move()\n",
    "A:\n  ```python\n  def run(): move()\n  ```\nB:\n```\nDEF run m( move m)\n```\n",
)


def _with_pieces(text: str, pieces: list[tuple[float, str]]) -> str:
    """The text with others put into it."""
    for where, piece in pieces:
        at = int(where * len(text))
        text = text[:at] + piece + text[at:]
    return text


_PIECES = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(WORDS)), max_size=3)
texts = st.one_of(
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=14).map("".join),
    st.builds(_with_pieces, st.sampled_from(PROGRAMS), _PIECES),
)
