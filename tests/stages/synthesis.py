"""Records of the program-synthesis data, built with the slow interpreter alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.world import World, random_worlds
from leapscli.dsl.program import Program
from leapscli.dsl.tree import Action
from leapscli.engine.budget import Budget
from leapscli.engine.reference import steps

TEXTS = (
    "DEF run m( move m)",
    "DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft m)",
    "DEF run m( REPEAT R=3 r( putMarker turnRight r) m)",
    "DEF run m( IFELSE c( not c( leftIsClear c) c) i( turnRight i) ELSE e( turnLeft e) move m)",
)  # fmt: skip
NAMES = ("north", "east", "south", "west")


def grid(world: World) -> dict[str, Any]:
    """A world as JSON: row 0 at the bottom."""
    cells = [(r, c) for r in range(world.height) for c in range(world.width)]
    up = world.height - 1
    row, column, direction = world.agent
    return {
        "rows": world.height,
        "cols": world.width,
        "crashed": False,
        "hero": f"{up - row}:{column}:{NAMES[direction]}",
        "blocked": " ".join(f"{up - r}:{c}" for r, c in cells if world.walls[r, c]),
        "markers": " ".join(f"{up - r}:{c}:{world.markers[r, c]}" for r, c in cells if world.markers[r, c]),
    }


def tensor(world: World) -> str:
    """A world as the indices of ones in [16, 18, 18]."""
    h, w, found = world.height, world.width, []
    row, column, direction = world.agent
    found.append((direction, h - row, column + 1))
    for r in range(h):
        for c in range(w):
            if world.walls[r, c]:
                found.append((4, h - r, c + 1))
            if world.markers[r, c]:
                found.append((5 + int(world.markers[r, c]), h - r, c + 1))
    outline = {(r, c) for r in range(h + 2) for c in range(w + 2) if r in (0, h + 1) or c in (0, w + 1)}
    found += [(5, r, c) for r, c in sorted(outline)]
    return " ".join(f"{(plane * 18 + r) * 18 + c}:1.0" for plane, r, c in found)


def example(program: Program, world: World, form: str = "json") -> dict[str, Any]:
    """One run: the world before and after, and the actions."""
    karel = Karel(world)
    actions = [s.node.name for s in steps(program, karel, Budget.calls(9999)) if isinstance(s.node, Action)]
    write = grid if form == "json" else tensor
    return {f"inpgrid_{form}": write(world), f"outgrid_{form}": write(karel.world()), "actions": actions}


def record(
    text: str, *, first: int = 0, height: int = 8, width: int = 8, form: str = "json", count: int = 3
) -> dict[str, Any]:
    """A program with `count` examples on random worlds."""
    program = Program.parse(text)
    worlds = random_worlds(count, 0, first=first, height=height, width=width)
    return {"program_tokens": text.split(), "examples": [example(program, worlds[d], form) for d in range(count)]}


def write_lines(path: Path, records: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    return path
