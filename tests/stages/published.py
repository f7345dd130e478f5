"""A dataset in the published layout, built with h5py and the slow interpreter alone."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.world import World, random_worlds
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTION_ID
from leapscli.dsl.tree import Action
from leapscli.engine.budget import Budget
from leapscli.engine.reference import Truncated, steps

DEMOS = 3
TEXTS = (
    "DEF run m( move m)",
    "DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft m)",
    "DEF run m( IF c( markersPresent c) i( pickMarker i) m)",  # often does nothing: empty demonstrations
    "DEF run m( REPEAT R=3 r( putMarker turnRight r) m)",
    "DEF run m( IFELSE c( not c( leftIsClear c) c) i( turnRight move i) ELSE e( turnLeft move e) m)",
)


def planes(world: World) -> np.ndarray:
    """bool[H, W, 16], a cell at a time."""
    found = np.zeros((world.height, world.width, 16), bool)
    for row in range(world.height):
        for column in range(world.width):
            found[row, column, 5 + int(world.markers[row, column])] = True
            found[row, column, 4] = world.walls[row, column]
    row, column, direction = world.agent
    found[row, column, direction] = True
    return found


def demonstrate(program: Program, world: World) -> tuple[list[np.ndarray], list[int]]:
    """The states and the actions of one run."""
    karel, states, actions = Karel(world), [planes(world)], []
    try:
        for step in steps(program, karel, Budget.calls(220)):
            if isinstance(step.node, Action):
                actions.append(ACTION_ID[step.node.name])
                states.append(planes(karel.world()))
    except Truncated:
        pass
    return states, actions


def build(folder: Path, texts: tuple[str, ...] = TEXTS) -> Path:
    """Write data.hdf5 and id.txt; the folder."""
    folder.mkdir()
    names = []
    with h5py.File(folder / "data.hdf5", "w") as file:
        for i, text in enumerate(texts):
            program = Program.parse(text)
            worlds = random_worlds(DEMOS, 0, first=i * DEMOS)
            demos = [demonstrate(program, worlds[d]) for d in range(DEMOS)]
            most = max(len(states) for states, _ in demos)
            s_h, a_h = np.zeros((DEMOS, most, 8, 8, 16), bool), np.zeros((DEMOS, most - 1), np.int8)
            for d, (states, actions) in enumerate(demos):
                s_h[d, : len(states)], a_h[d, : len(actions)] = states, actions
            name = f"no_{i}_prog_len_{len(program.ids)}_max_s_h_len_{most}"
            group = file.create_group(name)
            group["program"], group["s_h"], group["a_h"] = program.ids.astype(np.int8), s_h, a_h
            group["s_h_len"] = np.array([len(states) for states, _ in demos], np.int16)
            group["a_h_len"] = np.array([len(actions) for _, actions in demos], np.int16)
            names.append(name)
        file["data_info/num_demo_per_program"] = DEMOS
    (folder / "id.txt").write_text("".join(f"{name}\n" for name in names))
    return folder
