"""MiniGrid's tasks: initial worlds as LLM-GS describes them, rewards, and the engine beside the reference."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.domains.minigrid.objects import CLOSED, COLOURS, EMPTY, GOAL, LAVA, PER_TYPE, TYPES, WALL, cell
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.tasks.play import play
from leapscli.tasks.registry import Task, task
from leapscli.tasks.suites import elsewhere, groups


def program(text: str, judge: Task) -> Program:
    return Program.parse(f"DEF run m( {text} m)", judge.domain.vocabulary)


def test_the_suite() -> None:
    assert groups()["minigrid-llm-gs"] == elsewhere() == ("lavagap", "putnear", "redbluedoor")


@pytest.mark.parametrize("name", elsewhere())
def test_the_engine_and_the_reference_agree(name: str) -> None:
    judge = task(name)
    worlds, programs = judge.sample(8, seed=3), sample_programs(400, 5, vocabulary=judge.domain.vocabulary)
    returns = judge.returns(programs, worlds)
    assert len(np.unique(returns)) > 1
    for p, each in enumerate(programs.programs()):
        assert play(each, worlds[p % 8], judge.budget, task=judge).total == pytest.approx(returns[p, p % 8])


def test_lava_gap() -> None:
    judge = task("lavagap")
    for i in range(50):
        world = judge.sample(1, 0, first=i)[0]
        columns = np.flatnonzero((world.cells == LAVA).any(0))
        assert world.agent == (1, 1, 1, EMPTY) and world.cells[4, 4] == GOAL and columns[0] in (2, 3)
        assert (world.cells == LAVA).sum() == 3 and len(columns) == 1
    into = program("REPEAT R=5 r( forward r)", judge)
    found = {judge.returns([into], judge.sample(1, 0, first=i))[0, 0] for i in range(50)}
    assert found == {-1.0, 0.0}


def test_put_near() -> None:
    judge = task("putnear")
    for i in range(100):
        cells = judge.sample(1, 0, first=i)[0].cells
        (ball,), (box,) = (np.argwhere(cells // PER_TYPE == TYPES[kind]) for kind in ("ball", "box"))
        assert np.abs(ball - box).max() > 1
    world = judge.domain.parse(
        "###############\n###o" + "r .  xb ###\n###^  .  .  ###\n###############\nagent: 2 1 0 0"
    )
    tell = {
        "pickup": 0.5,
        "pickup drop": 0.5,
        "pickup right forward drop": 1.0,
        "pickup right drop": 1.0,
        "right forward forward left pickup": -1.0,
        "drop forward": 0.0,
    }
    returns = judge.returns([program(text, judge) for text in tell], [world])[:, 0]
    assert dict(zip(tell, returns.tolist(), strict=True)) == tell


def test_red_blue_door() -> None:
    judge = task("redbluedoor")
    red, blue = cell("door", "red", CLOSED), cell("door", "blue", CLOSED)
    for i in range(100):
        world = judge.sample(1, 0, first=i)[0]
        ((_, left),), ((_, right),) = np.argwhere(world.cells == red), np.argwhere(world.cells == blue)
        assert (left, right) == (3, 8) and 4 <= world.agent[1] <= 7
    row = "###" * 3 + "Dr|.  .  .  .  Db|" + "###" * 3
    wall = "###" * 12
    world = judge.domain.parse(f"{wall}\n{row}\n{wall}\nagent: 1 4 3 0")
    go, back = "right right forward forward forward", "left left forward forward forward"
    tell = {
        "toggle": 0.5,
        f"toggle {go} toggle": 1.0,
        f"{go} toggle": -1.0,
        f"toggle toggle {go} toggle": -0.5,
        f"toggle {go} {back} toggle toggle": 0.5,
    }
    returns = judge.returns([program(text, judge) for text in tell], [world])[:, 0]
    assert dict(zip(tell, returns.tolist(), strict=True)) == tell


def test_worlds_have_a_text_form() -> None:
    for name in elsewhere():
        judge = task(name)
        for i in range(20):
            world = judge.sample(1, 4, first=i)[0]
            assert judge.domain.parse(str(world)) == world
    assert len(COLOURS) == 6 and WALL != EMPTY
