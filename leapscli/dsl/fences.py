"""Programs inside an answer: what stands in code fences is code, what stands around them is prose.

    Here is the program:
    ```python
    def run():
        move()
    ```

A text without fences is code throughout. A single fence closes the program before it, or else opens the one behind.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*[\w+.-]*[ \t]*")
_HEAD = re.compile(r"(?:\s*+#[^\n]*+)*+\s*+(?:def|from|import)\b", re.IGNORECASE)


class Part(NamedTuple):
    """Some whole lines of a text: code or prose, how many lines stand above them, and how far in a fence holds them."""

    text: str
    above: int
    code: bool
    margin: str = ""


def parts(text: str) -> list[Part]:
    """The text (of lines that end in newlines) cut into code and prose; joined by newlines they are the text again."""
    lines = text.split("\n")
    fences = [i for i, line in enumerate(lines) if _FENCE.fullmatch(line)]
    if not fences:
        return [Part(text, 0, True)]
    cuts = sorted({0, *fences, *(i + 1 for i in fences), len(lines)})
    margins = {fence + 1: lines[fence][: -len(lines[fence].lstrip())] for fence in fences}
    blocks = [Part("\n".join(lines[a:b]), a, False, margins.get(a, "")) for a, b in pairwise(cuts)]
    opened = {fence + 1 for fence in fences[::2]} - set(fences)
    inside = [block for block in blocks if block.above in opened and block.text.strip()]
    chosen = _programs(inside) or _programs(blocks) or inside or blocks
    code = {block.above for block in chosen}
    return [block._replace(code=block.above in code) for block in blocks]


def _programs(blocks: list[Part]) -> list[Part]:
    """The parts that begin as a program does."""
    return [block for block in blocks if _HEAD.match(block.text)]
