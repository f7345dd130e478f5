"""MiniGrid's rules are those of the `minigrid` package: states, ends and perceptions, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.domains.minigrid import rules
from leapscli.domains.minigrid.domain import minigrid as domain
from leapscli.domains.minigrid.objects import EMPTY, PER_COLOUR, PER_TYPE
from leapscli.tasks.registry import task
from leapscli.tasks.suites import elsewhere

package = pytest.importorskip("minigrid")

from minigrid.core.constants import IDX_TO_COLOR, IDX_TO_OBJECT  # noqa: E402
from minigrid.core.grid import Grid  # noqa: E402
from minigrid.core.mission import MissionSpace  # noqa: E402
from minigrid.core.world_object import WorldObj  # noqa: E402
from minigrid.minigrid_env import MiniGridEnv  # noqa: E402

STEPS, EPISODE = 20_000, 200  # of each task; 100,000 were compared when the rules were written
THEIRS = {"forward": 2, "left": 0, "right": 1, "pickup": 3, "drop": 4, "toggle": 5}
FREE = 1  # an empty cell, in their numbers


class Theirs(MiniGridEnv):
    """The package's environment on a world of ours."""

    def __init__(self, world) -> None:
        self.world = world
        space = MissionSpace(mission_func=lambda: "")
        super().__init__(space, width=world.width, height=world.height, max_steps=10**9)
        self.gen_obs = dict  # what it would show is not compared, and slow

    def _gen_grid(self, width: int, height: int) -> None:
        self.grid = Grid(width, height)
        for (row, column), value in np.ndenumerate(self.world.cells):
            self.grid.set(column, row, thing(int(value)))
        row, column, facing, _ = self.world.agent
        self.agent_pos, self.agent_dir = np.array((column, row)), (facing + 3) % 4
        self.mission = ""

    def state(self) -> tuple[np.ndarray, tuple[int, ...]]:
        encoded = self.grid.encode().transpose(1, 0, 2).astype(int)
        cells = np.where(encoded[..., 0] == FREE, EMPTY, encoded @ (PER_TYPE, PER_COLOUR, 1))
        carried = np.array(self.carrying.encode()) @ (PER_TYPE, PER_COLOUR, 1) if self.carrying else EMPTY
        column, row = self.agent_pos
        return cells, (int(row), int(column), (self.agent_dir + 1) % 4, int(carried))

    def perceptions(self) -> list[bool]:
        ahead = self.grid.get(*self.front_pos)
        kind, colour = (ahead.type, ahead.color) if ahead else ("", "")
        of_kind = [kind == name for name in ("lava", "door", "ball", "box")]
        clear = ahead is None or ahead.can_overlap()
        return [clear, self.carrying is not None, *of_kind, colour == "red", colour == "blue"]


def thing(value: int) -> WorldObj | None:
    """One of their things, from a cell of ours."""
    if value == EMPTY:
        return None
    kind, colour, state = value // PER_TYPE, value % PER_TYPE // PER_COLOUR, value % PER_COLOUR
    assert IDX_TO_OBJECT[kind] and IDX_TO_COLOR[colour]
    return WorldObj.decode(kind, colour, state)


@pytest.mark.parametrize("name", elsewhere())
def test_states_and_perceptions_are_the_packages(name: str) -> None:
    worlds, rng = task(name).sample(STEPS // EPISODE, seed=1), np.random.default_rng(2)
    made = 0
    for index in range(len(worlds)):
        theirs = Theirs(worlds[index])
        theirs.reset()
        actor = domain().actor(worlds[index])
        for action in rng.choice(len(rules.ACTIONS), EPISODE, p=(0.4, 0.12, 0.12, 0.12, 0.12, 0.12)):
            word = rules.ACTIONS[action]
            _, _, ended, _, _ = theirs.step(THEIRS[word])
            actor.act(word)
            cells, agent = theirs.state()
            assert np.array_equal(actor.cells, cells) and actor.place == agent
            assert [actor.perceive(each) for each in rules.PERCEPTIONS] == theirs.perceptions()
            made += 1
            if ended and name != "lavagap":
                raise AssertionError("only goal and lava end an episode")
    assert made == STEPS


def test_lava_gap_is_drawn_as_the_package_draws_it() -> None:
    worlds = task("lavagap").sample(300, seed=0)
    seen = {(worlds[i].cells.tobytes(), worlds[i].agent) for i in range(300)}
    import gymnasium
    import minigrid  # noqa: F401  (registers its environments)

    env = gymnasium.make("MiniGrid-LavaGapS6-v0").unwrapped
    theirs = set()
    for seed in range(300):
        env.reset(seed=seed)
        cells, agent = Theirs.state(env)
        theirs.add((cells.astype(np.uint8).tobytes(), agent))
    assert seen == theirs and len(seen) == 8
