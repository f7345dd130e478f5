"""Worlds, budgets and looping programs to test the engine with."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import strategies as st

from leapscli.domains.karel.world import World, border
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget

SIZES = ((1, 1), (1, 7), (3, 3), (4, 5), (8, 8), (14, 22), (40, 70))


FILLS = ("none", "few", "any", "full")


def world_of(rng: np.random.Generator, shape: tuple[int, int], density: float, bordered: bool, fill: str) -> World:
    """A world with so many walls, with or without a border, its cells empty, mixed or full."""
    height, width = shape
    walls = rng.random((height, width)) < density
    if bordered:
        walls |= border(height, width)
    row, column = rng.integers(height), rng.integers(width)
    walls[row, column] = False
    markers = {
        "none": np.zeros((height, width), np.int64),
        "few": (rng.random((height, width)) < 0.1).astype(np.int64),
        "any": rng.integers(0, 10, (height, width)),
        "full": np.full((height, width), 9),
    }[fill]
    return World(walls, np.where(walls, 0, markers), (row, column, int(rng.integers(4))))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world of any kind."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape, density = draw(st.sampled_from(SIZES)), draw(st.sampled_from((0, 0.1, 0.3)))
    return world_of(rng, shape, density, draw(st.booleans()), draw(st.sampled_from(FILLS)))


def budgets(most: int = 500) -> st.SearchStrategy[Budget]:
    """Both kinds, from nothing to `most`."""
    limits = st.one_of(st.integers(0, 30), st.integers(0, most), st.just(220))
    return st.builds(Budget, st.sampled_from(("calls", "primitives")), limits)


ACTIONS = ("move", "move", "turnLeft", "turnRight", "pickMarker", "putMarker", "putMarker pickMarker", "move move")
TESTS = ("frontIsClear", "leftIsClear", "rightIsClear", "markersPresent", "noMarkersPresent")
OSCILLATORS = (
    "WHILE c( noMarkersPresent c) w( putMarker pickMarker w)",
    "WHILE c( not c( markersPresent c) c) w( move w)",
    "WHILE c( noMarkersPresent c) w( turnLeft w)",
    "REPEAT R=7 r( putMarker r) WHILE c( markersPresent c) w( move turnLeft move turnRight w)",
    "WHILE c( noMarkersPresent c) w( REPEAT R=3 r( move r) IF c( frontIsClear c) i( turnRight i) w)",
    "WHILE c( leftIsClear c) w( REPEAT R=0 r( move r) move turnLeft w) turnRight",
    "REPEAT R=19 r( WHILE c( rightIsClear c) w( pickMarker move putMarker turnRight w) r)",
    "move putMarker WHILE c( markersPresent c) w( WHILE c( markersPresent c) w( pickMarker w) putMarker w)",
)


def looping(count: int, seed: int) -> TokenBatch:
    """`count` programs, most of which never end: oscillators, loops in loops, loops behind a random beginning."""
    rng = random.Random(seed)
    texts = [rng.choice(OSCILLATORS) if rng.random() < 0.1 else _block(rng, 3) for _ in range(count)]
    starts = [_acts(rng, 3) if rng.random() < 0.5 else "" for _ in range(count)]
    return TokenBatch.of([Program.parse(f"DEF run m( {a} {b} m)") for a, b in zip(starts, texts, strict=True)])


def _acts(rng: random.Random, most: int) -> str:
    return " ".join(rng.choices(ACTIONS, k=rng.randint(1, most)))


def _block(rng: random.Random, depth: int) -> str:
    test = rng.choice(TESTS)
    condition = f"c( not c( {test} c) c)" if rng.random() < 0.3 else f"c( {test} c)"
    inside = f"{_acts(rng, 3)} {_block(rng, depth - 1)}" if depth and rng.random() < 0.6 else _acts(rng, 4)
    match rng.choice(("while", "while", "while", "while", "repeat", "if", "ifelse")):
        case "while":
            block = f"WHILE {condition} w( {inside} w)"
        case "repeat":
            block = f"REPEAT R={rng.choice((0, 1, 3, 19))} r( {inside} r)"
        case "if":
            block = f"IF {condition} i( {inside} i)"
        case _:
            block = f"IFELSE {condition} i( {inside} i) ELSE e( {_acts(rng, 2)} e)"
    return f"{block} {_acts(rng, 2)}" if rng.random() < 0.3 else block
