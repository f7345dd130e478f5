"""The twelve rewards again, slow and obvious: whole worlds looked at before and after every action.

Written from the tasks' definitions alone; nothing here is shared with the rewards that are compiled.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.engine.reference import Truncated, steps

Verdict = tuple[float, bool]
PENALTY: Verdict = (-1.0, True)


def play(name: str, program: Program, world: World, budget: Budget) -> Verdict:
    """The return of one run, and whether the task terminated it."""
    karel, total = Karel(world), 0.0
    judge = TWINS[name](world)
    before = karel.world()
    try:
        for step in steps(program, karel, budget):
            if step.is_action:
                reward, over = judge(before, karel)
                total += reward
                if over:
                    return total, True
                before = karel.world()
    except Truncated:
        pass
    return total, False


Judge = Callable[[World, Karel], Verdict]


def count(world: World | Karel) -> int:
    return int(world.markers.sum())


def cells_with_markers(world: World) -> set[tuple[int, int]]:
    return {(int(r), int(c)) for r, c in np.argwhere(world.markers > 0)}


def place(karel: Karel) -> tuple[int, int]:
    return karel.row, karel.column


def stairclimber(start: World) -> Judge:
    h, w = start.height, start.width
    allowed = {(h - 1 - i, i) for i in range(1, w - 1)} | {(h - 2 - i, i) for i in range(1, w - 2)}
    (goal,) = cells_with_markers(start)

    def judge(before: World, karel: Karel) -> Verdict:
        if place(karel) not in allowed:
            return PENALTY
        return (1.0, True) if place(karel) == goal else (0.0, False)

    return judge


def fourcorners(start: World) -> Judge:
    corners = [(r, c) for r in (1, start.height - 2) for c in (1, start.width - 2)]

    def held(world: World | Karel) -> int:
        return sum(world.markers[corner] > 0 for corner in corners)

    def judge(before: World, karel: Karel) -> Verdict:
        if count(karel) > held(karel):
            return PENALTY
        return (held(karel) - held(before)) / 4, held(karel) == 4

    return judge


def topoff(start: World) -> Judge:
    marked = cells_with_markers(start)

    def topped(world: World | Karel) -> int:
        return sum(world.markers[cell] == 2 for cell in marked)

    def judge(before: World, karel: Karel) -> Verdict:
        if any(karel.markers[cell] == 0 for cell in marked) or count(karel) > topped(karel) + len(marked):
            return PENALTY
        return (topped(karel) - topped(before)) / len(marked), topped(karel) == len(marked)

    return judge


def maze(start: World) -> Judge:
    (goal,) = cells_with_markers(start)
    return lambda before, karel: (1.0, True) if place(karel) == goal else (0.0, False)


def harvester(start: World) -> Judge:
    def judge(before: World, karel: Karel) -> Verdict:
        if count(karel) > count(before):
            return PENALTY
        return (count(before) - count(karel)) / count(start), count(karel) == 0

    return judge


def doorkey(start: World) -> Judge:
    wall = math.ceil(start.width / 2)
    (key,) = [cell for cell in cells_with_markers(start) if cell[1] < wall]
    (goal,) = [cell for cell in cells_with_markers(start) if cell[1] > wall]
    locked = True

    def judge(before: World, karel: Karel) -> Verdict:
        nonlocal locked
        if locked:
            if count(karel) > 2:
                return PENALTY
            if karel.markers[key] == 0:
                locked = False
                karel.walls[2, wall] = karel.walls[3, wall] = False
                return 0.5, False
            return 0.0, False
        if count(karel) > 1:
            return (0.5, True) if karel.markers[goal] == 2 else PENALTY
        return PENALTY if count(karel) == 0 else (0.0, False)

    return judge


def onestroke(start: World) -> Judge:
    cells = (start.height - 2) * (start.width - 2)
    visited = {start.agent[:2]}

    def judge(before: World, karel: Karel) -> Verdict:
        if place(karel) == before.agent[:2]:
            return 0.0, False
        karel.walls[before.agent[:2]], karel.markers[before.agent[:2]] = True, 0
        visited.add(place(karel))
        return 1 / (cells - 1), len(visited) == cells

    return judge


def seeder(start: World) -> Judge:
    cells = int((~start.walls).sum())

    def judge(before: World, karel: Karel) -> Verdict:
        if karel.markers.max() > 1 or count(karel) < count(before):
            return PENALTY
        return (count(karel) - count(before)) / cells, count(karel) == cells

    return judge


def snake(start: World) -> Judge:
    """New food: one step of a 63-bit linear congruential generator; its high half picks among the cells, row by row."""
    (food,) = cells_with_markers(start)
    state, meals, body = start.seed, 0, list[tuple[int, int]]()  # the body: cells behind Karel, newest first

    def judge(before: World, karel: Karel) -> Verdict:
        nonlocal food, state, meals
        if place(karel) == before.agent[:2]:
            return 0.0, False
        if place(karel) in body:
            return PENALTY
        body.insert(0, before.agent[:2])
        karel.markers[body[0]] = min(9, karel.markers[body[0]] + 1)
        fed = place(karel) == food
        if fed:
            meals += 1
            karel.markers[food] = 0
        if len(body) > 1 + meals:
            released = body.pop()
            karel.markers[released] = max(0, int(karel.markers[released]) - 1)
        if not fed:
            return 0.0, False
        free = [(int(r), int(c)) for r, c in np.argwhere(~karel.walls)]
        free = [cell for cell in free if cell not in body and cell != place(karel)]
        if meals == 20 or not free:
            return 1 / 20, True
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**63
        food = free[(state // 2**31) * len(free) // 2**32]
        karel.markers[food] = min(9, karel.markers[food] + 1)
        return 1 / 20, False

    return judge


def pathfollow(start: World) -> Judge:
    path = cells_with_markers(start)
    near = path | {(r + dr, c + dc) for r, c in path for dr, dc in ((1, 0), (-1, 0), (0, 1), (0, -1))}

    def judge(before: World, karel: Karel) -> Verdict:
        if count(karel) > count(before) or place(karel) not in near:
            return PENALTY
        return (count(before) - count(karel)) / count(start), count(karel) == 0

    return judge


def wallavoider(start: World) -> Judge:
    h, w = start.height, start.width
    ring = [(r, c) for r in range(1, h - 1) for c in range(1, w - 1) if r in (1, h - 2) or c in (1, w - 2)]
    cells = (h - 4) * (w - 4)

    def judge(before: World, karel: Karel) -> Verdict:
        near_wall = any(karel.markers[cell] for cell in ring)
        if near_wall or karel.markers.max() > 1 or count(karel) < count(before):
            return PENALTY
        return (count(karel) - count(before)) / cells, count(karel) == cells

    return judge


TWINS: dict[str, Callable[[World], Judge]] = {
    "stairclimber": stairclimber,
    "fourcorners": fourcorners,
    "topoff": topoff,
    "maze": maze,
    "harvester": harvester,
    "cleanhouse": harvester,
    "doorkey": doorkey,
    "onestroke": onestroke,
    "seeder": seeder,
    "snake": snake,
    "pathfollow": pathfollow,
    "wallavoider": wallavoider,
}
