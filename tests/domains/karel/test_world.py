"""Worlds: text and arrays, batches, random ones, and what is said of those that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.execution import replay, rollouts
from leapscli.domains.karel.world import World, Worlds, border, random_worlds
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.budget import Budget
from leapscli.errors import WorldError
from tests.engine.strategies import worlds
from tests.strategies import seeded

TEXT = "#####\n#.3.#\n#^9.#\n#####\nunder: 2\nseed: 12"


def test_text_form() -> None:
    world = World.parse(TEXT)
    assert (world.height, world.width, world.agent, world.seed) == (4, 5, (2, 1, 0), 12)
    assert world.markers.tolist() == [[0] * 5, [0, 0, 3, 0, 0], [0, 2, 9, 0, 0], [0] * 5]
    assert np.array_equal(world.walls, border(4, 5))
    assert str(world) == TEXT and World.parse(f"\n{TEXT}\n\n") == world
    assert World.parse("0>") == World.parse(".>")


@seeded
@given(worlds())
def test_text_and_arrays_say_the_same(world: World) -> None:
    assert World.parse(str(world)) == world and hash(World.parse(str(world))) == hash(world)
    batch = Worlds.stack([world, world])
    assert batch[1] == world and len(batch[:1]) == 1
    again = Worlds.from_cells(batch.cells(), batch.agents, batch.seeds)
    assert again[0] == world and (batch.cells()[0] == WALL).sum() == world.walls.sum()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty world"),
        ("\n\n", "an empty world"),
        ("....\n.>..\n...", "line 3, column 4: 3 cells in this row, 4 in the first"),
        ("....", "no Karel in this world"),
        (".>..\n..v.", "line 2, column 3: a second Karel"),
        (".>?.", "line 1, column 3: '?': expected one of"),
        (".>²", "line 1, column 3: '²': expected one of"),
        (".>\nunder: 10", "line 2, column 8: under: 10: a cell holds at most 9 markers"),
        (".>\nunder: x", "line 2, column 8: 'under: x': only `under: <markers>`"),
        (".>\nover: 3", "line 2, column 1: 'over: 3': only `under: <markers>`"),
        ("." * 255 + ">", "a world of 1×256: each side must be 1 to 255 cells"),
    ],
)
def test_texts_that_are_no_worlds(text: str, message: str) -> None:
    with pytest.raises(WorldError) as error:
        World.parse(text)
    assert error.value.message.startswith(message)


def test_parts_that_do_not_fit() -> None:
    free, none = np.zeros((3, 4), bool), np.zeros((3, 4))
    for arguments, message in (
        ((border(3, 4), none, (0, 0, 0)), "Karel stands in the wall at row 0, column 0"),
        ((free, none, (3, 0, 0)), "Karel at row 3, column 0, direction 0 is not in a"),
        ((free, none, (0, 0, 4)), "direction 4 is not"),
        ((free, np.full((3, 4), 10), (0, 0, 0)), "10 markers; 0 to 9 fit"),
        ((free, np.full((3, 4), -1), (0, 0, 0)), "a cell holds -1"),
        ((free, np.zeros((4, 3)), (0, 0, 0)), "must be one and the same"),
        ((border(3, 4), np.ones((3, 4)), (1, 1, 0)), "a wall cell holds markers"),
        ((np.zeros((0, 3), bool), np.zeros((0, 3)), (0, 0, 0)), "each side must be 1 to 255 cells"),
        ((free, none, (0, 0, 0), 2**64), "a seed is 0 to 18446744073709551615"),
        ((np.zeros(3, bool), np.zeros(3), (0, 0, 0)), "must be one and the same"),
    ):
        with pytest.raises(WorldError) as error:
            World(*arguments)
        assert message in error.value.message


def test_batches_that_cannot_be() -> None:
    with pytest.raises(WorldError, match="at least one world"):
        Worlds.stack([])
    with pytest.raises(WorldError, match="different sizes"):
        Worlds.stack([World.parse(".>"), World.parse(">")])


def test_a_world_is_what_it_was() -> None:
    walls = border(3, 4)
    world = World(walls, np.zeros((3, 4)), (1, 1, 0))
    walls[:] = True
    assert world.walls.sum() == 10
    with pytest.raises(ValueError, match="read-only"):
        world.markers[1, 1] = 3


def test_random_worlds() -> None:
    many = random_worlds(4000, 3)
    inside = many.walls[:, 1:-1, 1:-1]
    assert abs(inside.mean() - 0.1) < 0.005
    assert abs(many.markers[:, 1:-1, 1:-1][~inside].mean() - 0.1) < 0.005 and many.markers.max() == 1
    assert many.walls[:, [0, -1]].all() and many.walls[:, :, [0, -1]].all()
    assert np.abs(np.bincount(many.agents[:, 2], minlength=4) - 1000).max() < 120
    tail = random_worlds(5, 3, first=3995)
    assert [tail[i] for i in range(5)] == [many[3995 + i] for i in range(5)]
    assert random_worlds(1, 4)[0] != many[0]
    for wrong in ({"height": 2}, {"wall": 1.0}, {"marker": 1.1}):
        with pytest.raises(WorldError, match="no random world"):
            random_worlds(1, 0, **wrong)


@pytest.mark.parametrize("row", [30_000, -3, 65_537, 8])
def test_agents_outside_are_refused_by_everything_that_compiled_code_reads(row):
    worlds = random_worlds(2, seed=0, height=8, width=8)
    with pytest.raises(WorldError, match="an agent is not in a world of 8×8"):
        Worlds.from_cells(worlds.cells(), [[row, 1, 1], [1, 1, 1]])
    worlds.agents[0, 0] = np.int16(row & 0x7FFF)  # changed after it was checked
    for use in (
        lambda: rollouts(sample_programs(2, 0), worlds, Budget.calls(220), max_actions=9),
        lambda: replay(worlds, np.zeros((2, 3), np.int8), np.array([3, 3])),
    ):
        if row & 0x7FFF != 1:
            with pytest.raises(WorldError, match="an agent is not in a world of 8×8"):
                use()


def test_traces_of_unknown_actions_or_lengths_are_refused():
    worlds = random_worlds(1, seed=0, height=8, width=8)
    for actions, length in (([5], 1), ([-2], 1), ([0], 2), ([0], -1)):
        with pytest.raises(WorldError):
            replay(worlds, np.array([actions], np.int8), np.array([length]))
