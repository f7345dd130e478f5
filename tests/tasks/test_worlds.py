"""The initial worlds are those of the tasks' definitions: every place and number that can be drawn is, and no other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from leapscli.domains.karel.cells import EAST, NORTH, SOUTH
from leapscli.domains.karel.world import World, Worlds
from leapscli.errors import TaskError
from leapscli.tasks.registry import task
from leapscli.tasks.suites import names

SIZES = [(12, 12), (16, 9), (100, 100), (255, 255)]
ONE_SIZE = {"cleanhouse"}


def markers(world: World) -> set[tuple[int, int]]:
    assert world.markers.max() <= 1
    return {(int(r), int(c)) for r, c in np.argwhere(world.markers)}


def empty_room(world: World) -> bool:
    inside = ~world.walls[1:-1, 1:-1]
    return bool(inside.all()) and world.walls.sum() == 2 * (world.height + world.width) - 4


def rooms(h: int, w: int) -> set[tuple[int, int]]:
    return {(r, c) for r in range(1, h - 1) for c in range(1, w - 1)}


def stairclimber(world: World) -> object:
    h, w = world.height, world.width
    stairs = [(h - 1 - i, i) for i in range(1, w - 1)]
    for i in range(1, w - 2):
        assert world.walls[h - 1 - i, i + 1] and world.walls[h - 1 - i, i + 2]
    (goal,) = markers(world)
    assert stairs.index(goal) > stairs.index(world.agent[:2])
    return stairs.index(world.agent[:2]), stairs.index(goal)


def fourcorners(world: World) -> object:
    assert empty_room(world) and not markers(world) and world.agent[0] == world.height - 2
    return world.agent[1]


def topoff(world: World) -> object:
    assert empty_room(world) and world.agent == (world.height - 2, 1, EAST)
    assert all(r == world.height - 2 and 2 <= c <= world.width - 2 for r, c in markers(world))
    return len(markers(world))


def maze(world: World) -> object:
    """A tree of corridors: from Karel, every free cell is reached, and there is one way only."""
    assert world.agent == (world.height - 2, 1, EAST)
    free = {(int(r), int(c)) for r, c in np.argwhere(~world.walls)}
    links = sum((r + 1, c) in free for r, c in free) + sum((r, c + 1) in free for r, c in free)
    seen, todo = {(world.height - 2, 1)}, [(world.height - 2, 1)]
    while todo:
        r, c = todo.pop()
        new = ({(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)} & free) - seen
        seen |= new
        todo += new
    assert seen == free and links == len(free) - 1
    rows, columns = range(world.height - 2, 0, -2), range(1, world.width - 1, 2)
    assert free > {(r, c) for r in rows for c in columns}
    (goal,) = markers(world)
    assert goal in free - {world.agent[:2]}
    return None


def harvester(world: World) -> object:
    assert empty_room(world) and markers(world) == rooms(world.height, world.width)
    assert world.agent[0] == world.height - 2
    return world.agent[1]


def cleanhouse(world: World) -> object:
    assert world.agent == (1, 13, SOUTH) and len(markers(world)) == 11 and (2, 12) in markers(world)
    beside = [any(world.walls[r + dr, c + dc] for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0))) for r, c in
              markers(world) - {(2, 12)}]  # fmt: skip
    assert all(beside) and not markers(world) & {(1, 13), (3, 10), (4, 11), (5, 11), (6, 10)}
    return None


def doorkey(world: World) -> object:
    wall = -(-world.width // 2)
    assert world.walls[:, wall].all() and world.walls.sum() == 2 * (world.height + world.width) - 4 + world.height - 2
    (key,), (goal,) = ({m for m in markers(world) if side(m[1])} for side in (wall.__gt__, wall.__lt__))
    assert world.agent[1] < wall and world.agent[:2] != key
    return world.agent[:2], key, goal


def onestroke(world: World) -> object:
    assert empty_room(world) and not markers(world)
    return world.agent[:2]


def seeder(world: World) -> object:
    assert empty_room(world) and not markers(world) and 2 <= world.agent[1] <= world.width - 3
    return world.agent[:2]


def snake(world: World) -> object:
    (food,) = markers(world)
    assert empty_room(world) and food != world.agent[:2] and 2 <= world.agent[1] <= world.width - 3 and world.seed
    return food


def pathfollow(world: World) -> object:
    h, w = world.height, world.width
    path = sorted(markers(world), key=lambda cell: cell[1] - cell[0])
    assert empty_room(world) and world.agent == (h - 2, 1, NORTH) and len(path) == h + w - 5
    assert path[0] == (h - 2, 1) and path[-1] == (1, w - 2)
    assert all((b[0] - a[0], b[1] - a[1]) in ((-1, 0), (0, 1)) for a, b in pairwise(path))
    return None


def wallavoider(world: World) -> object:
    assert empty_room(world) and not markers(world)
    return world.agent


# What a world looks like, and which different values what the function returns takes at the task's own size.
CHECKS: dict[str, tuple[Callable[[World], object], set[object] | int | None]] = {
    "stairclimber": (stairclimber, {(i, j) for i in range(9) for j in range(i + 1, 10)}),
    "fourcorners": (fourcorners, set(range(2, 10))),
    "topoff": (topoff, set(range(1, 9))),
    "maze": (maze, None),
    "harvester": (harvester, set(range(2, 6))),
    "cleanhouse": (cleanhouse, None),
    "doorkey": (doorkey, None),
    "onestroke": (onestroke, rooms(8, 8)),
    "seeder": (seeder, {(r, c) for r, c in rooms(8, 8) if 2 <= c <= 5}),
    "snake": (snake, rooms(8, 8)),
    "pathfollow": (pathfollow, None),
    "wallavoider": (wallavoider, {(r, c, d) for r, c in rooms(8, 5) for d in range(4)}),
}


@pytest.mark.parametrize("name", names())
def test_initial_worlds(name: str) -> None:
    check, expected = CHECKS[name]
    worlds = task(name).sample(900, seed=0)
    assert (worlds.height, worlds.width) == (task(name).height, task(name).width)
    assert name == "wallavoider" or len({direction for _, _, direction in worlds.agents.tolist()}) == 1
    drawn = {check(worlds[i]) for i in range(len(worlds))}
    assert expected is None or drawn == expected


@pytest.mark.parametrize("name", names())
def test_a_world_depends_on_seed_and_index_alone(name: str) -> None:
    scored = task(name)
    worlds, tail = scored.sample(12, seed=5), scored.sample(4, seed=5, first=8)
    assert [worlds[8 + i] for i in range(4)] == [tail[i] for i in range(4)]
    assert [worlds[i] for i in range(12)] == [task(name).sample(12, seed=5)[i] for i in range(12)]
    assert len({worlds[i] for i in range(12)} | {scored.sample(12, seed=6)[i] for i in range(12)}) >= 4
    assert [World.parse(str(worlds[i])) for i in range(12)] == [worlds[i] for i in range(12)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", sorted(set(names()) - ONE_SIZE))
def test_other_sizes(name: str, size: tuple[int, int]) -> None:
    scored = task(name, height=size[0], width=size[1])
    worlds = scored.sample(2, seed=1)
    assert (worlds.height, worlds.width) == size
    for i in range(2):
        CHECKS[name][0](worlds[i])


@pytest.mark.parametrize("name", sorted(set(names()) - ONE_SIZE))
def test_every_size_that_is_accepted_can_be_drawn(name: str) -> None:
    accepted = 0
    for height in range(10):
        for width in range(10):
            try:
                scored = task(name, height=height, width=width)
            except TaskError as error:
                assert f"{name} at {height}×{width}" in error.message and "its own size is" in str(error.hint)
                continue
            accepted += 1
            worlds = scored.sample(8, seed=2)
            assert isinstance(worlds, Worlds)
            for i in range(8):
                CHECKS[name][0](worlds[i])
    assert accepted > 15
