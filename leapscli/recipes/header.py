"""The header of a recipe: the comment at its beginning, which gives its purpose, then its cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

COST = re.compile(r"\b(MB|GB|seconds?|minutes?|hours?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """`purpose` in a line; `cost` in size, and time on two cores. Empty where the file doesn't say."""

    purpose: str
    cost: str


def read_header(path: Path) -> Header:
    """The header of a recipe: the purpose opens its first paragraph, the cost is the shortest sentence with a unit."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    comment = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    paragraph = " ".join("\n".join(comment).strip().partition("\n\n")[0].split())
    sentences = [part.removesuffix(".") for part in re.split(r"(?<=\.)\s+", paragraph)]
    costs = [sentence for sentence in sentences[1:] if COST.search(sentence)]
    without_sources = re.sub(r"\s*\([^()]*\)", "", sentences[0])
    return Header(re.split(r"[:;] ", without_sources)[0], min(costs, key=len, default="").replace(" on two cores", ""))
