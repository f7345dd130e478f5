"""A world in one file: run as its Python says, searched, and every mistake in it told with its line."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from leapscli.domains.grid.looks import Looks
from leapscli.domains.grid.world import GridWorld
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.errors import InputError, TaskError, WorldError
from leapscli.tasks.play import play
from leapscli.tasks.registry import task
from tests import ROOT

LIFT = ROOT / "docs" / "examples" / "lift.py"
TEXT = LIFT.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lift():
    return task(str(LIFT))


def test_the_engine_does_what_the_python_says(lift) -> None:
    worlds, programs = lift.sample(8, seed=3), sample_programs(400, 5, vocabulary=lift.domain.vocabulary)
    returns = lift.returns(programs, worlds)
    assert len(np.unique(returns)) > 3
    for p, program in enumerate(programs.programs()):
        assert play(program, worlds[p % 8], lift.budget, task=lift).total == pytest.approx(returns[p, p % 8])


def test_worlds_depend_on_seed_and_index_alone(lift) -> None:
    many = lift.sample(10, seed=7)
    assert all(lift.sample(1, seed=7, first=i)[0] == many[i] for i in range(10))
    assert pickle.loads(pickle.dumps(lift)).sample(1, seed=7)[0] == many[0]
    assert lift.resized(12, 1).sample(1, seed=0)[0].cells.shape == (12, 1)


def test_worlds_have_a_text_form(lift) -> None:
    for i in range(20):
        world = lift.sample(1, seed=1, first=i)[0]
        assert lift.domain.parse(str(world)) == world
    for text, complaint in (
        ("..\n.x", "agent: "),
        ("..\n.!\nagent: 0 0 0", "line 2, column 2"),
        ("agent: 1 1", "rows"),
    ):
        with pytest.raises(WorldError, match=complaint):
            lift.domain.parse(text)


def test_a_program_of_another_language_is_refused(lift) -> None:
    karel = Program.parse("DEF run m( move m)")
    with pytest.raises(InputError, match="programs of karel in a world of lift-"):
        lift.returns([karel], lift.sample(1, 0))
    with pytest.raises(InputError, match="a program of karel in a world of lift-"):
        play(karel, lift.sample(1, 0)[0], lift.budget, task=lift)


def edited(folder: Path, *changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def line_of(text: str, folder: Path) -> int:
    lines = (folder / "mine.py").read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "at", "complaint"),
    [
        ("cells[row, column] -= 1", "cells[row + 9, column] -= 1", "row + 9", "act: IndexError: index"),
        ("return (row - 1, column, aboard), True", "return (row - 1, column), True", "def act", "act: every path must"),
        ("return agent, False", "return agent", "def act", "act: every path must return"),
        ("return row == 0", "return 'yes'", "def sense", "sense: every path must return True or False"),
        ("return row == 0", "cells[0, 0] = 1\n        return row == 0", "def sense", "must not change the cells"),
        ("return row == 0", "return row == nothing", "row == nothing", "name 'nothing' is not defined"),
        ("return 0.0, False", "return 'much', False", "def reward", "reward: every path must return"),
        (
            "rng.integers(0, 4,",
            "__import__('numpy').random.randint(0, 4,",
            "def draw",
            "it does not always give the same",
        ),
        ("cells[-1] = 0", "cells[-1] = 300", "def draw", "0 to 255 fit"),
        ("return cells, (height", "return cells[:-1], (height", "def draw", "it drew 5×1 cells where 6×1"),
        ("return cells, (height - 1, 0, 0)", "return cells, ()", "def draw", "1 to 8 whole numbers"),
        ('("up", "down",', '("up", "up",', "ACTIONS", "'up' and 'up' are one word"),
        ('("up", "down",', '("while", "down",', "ACTIONS", "'while' cannot name an action"),
        ('"at_top",', '"at top",', "PERCEPTIONS", "'at top' cannot name"),
        ("ROOM = 2 ", "CHANCES = {'fly': 1}\nROOM = 2 ", "CHANCES", "'fly' is no action or perception"),
        ("ROOM = 2 ", "GLYPHS = {0: '.', 1: '.'}\nROOM = 2 ", "GLYPHS", "a text of its own"),
        ("ROOM = 2 ", "COLOURS = {0: 'red'}\nROOM = 2 ", "COLOURS", "#rrggbb, not 'red'"),
        ("def act(action, agent, cells):", "def act(action, agent):", "def act", "def act\\(action, agent, cells\\)"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path, old, new, at, complaint) -> None:
    path = edited(tmp_path, (old, new))
    with pytest.raises(TaskError, match=complaint) as caught:
        mine = task(path)
        mine.returns([Program.parse("DEF run m( load m)", mine.domain.vocabulary)], mine.sample(1, 0))
    line = int(caught.value.message.removeprefix(f"{path}:").partition(":")[0])
    assert line_of(at, tmp_path) <= line <= line_of(at, tmp_path) + (13 if at.startswith("def") else 0)


def test_what_is_missing_is_named(tmp_path) -> None:
    path = tmp_path / "mine.py"
    path.write_text('ACTIONS = ("go",)\n', encoding="utf-8")
    with pytest.raises(TaskError, match="it defines no SIZE") as caught:
        task(str(path))
    assert "a world needs SIZE, ACTIONS, PERCEPTIONS, draw, act, sense, reward" in str(caught.value.hint)


def test_chances_decide_what_random_programs_are_made_of(tmp_path) -> None:
    mine = task(edited(tmp_path, ("ROOM = 2 ", "CHANCES = {'up': 0, 'is_full': 0, 'not': 1}\nROOM = 2 ")))
    words = " ".join(sample_programs(300, 0, vocabulary=mine.domain.vocabulary).texts()).split()
    assert (
        "up" not in words
        and "is_full" not in words
        and words.count("not") == words.count("w(") + words.count("IF") + words.count("IFELSE")
    )


def test_another_task_in_the_same_world(tmp_path, lift) -> None:
    (tmp_path / "lift.py").write_text(TEXT, encoding="utf-8")
    other = tmp_path / "top.py"
    other.write_text(
        '"""Reach the top."""\nWORLD = "lift.py"\nSIZE = (3, 1)\n\n'
        "def reward(action, changed, agent, cells, memory):\n"
        "    return (1.0 if agent[0] == 0 else 0.0), agent[0] == 0\n",
        encoding="utf-8",
    )
    top = task(str(other))
    assert top.domain.name == lift.domain.name and (top.height, top.width) == (3, 1)
    assert top.returns([Program.parse("DEF run m( up up m)", top.domain.vocabulary)], top.sample(2, 0)).tolist() == [
        [1.0, 1.0]
    ]
    for name, complaint in (("gone.py", "no file"), ("top.py", "defines no world")):
        other.write_text(f"WORLD = {name!r}\n", encoding="utf-8")
        with pytest.raises(TaskError, match=f"top.py:1: WORLD: .*{complaint}"):
            task(str(other))


def test_a_grid_world_is_checked() -> None:
    for cells, agent in (
        (np.zeros(3), (0, 0)),
        (np.full((2, 2), 256), (0, 0)),
        (np.zeros((2, 2), int), ()),
        (np.zeros((2, 2), int), (0.5, 0)),
        (np.zeros((2, 2), int), (0,) * 9),
    ):
        with pytest.raises(WorldError):
            GridWorld(cells, agent, Looks())
