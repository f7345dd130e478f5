"""Whatever a reward does to the cells, Karel stays in the world, and nothing outside of an array is read or written."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import numpy as np
import pytest

from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import TaskError
from leapscli.tasks.play import play
from leapscli.tasks.registry import task

AWAY = Program.parse("DEF run m( REPEAT R=19 r( REPEAT R=19 r( move turnLeft move turnRight r) r) m)")
STRAIGHT = Program.parse("DEF run m( REPEAT R=19 r( REPEAT R=19 r( move r) r) m)")


def write(folder, reward, more="", size="(4, 5)"):
    path = folder / "mine.py"
    path.write_text(
        dedent(
            """
            import numba
            import numpy as np
            from leapscli.tasks.kit import MOVE, WALL, World, facing_east, room

            SIZE = {size}

            def check(height, width):
                return None

            def draw(rng, height, width):
                walls = np.zeros((height, width), bool)
                return World(walls, np.zeros((height, width), np.uint8), (height // 2, 0, 1))
            {more}
            def reward(action, changed, pos, ahead, cells, zone, memory):
                {reward}
            """
        ).format(size=size, more=more, reward=reward)
    )
    return path


OPENINGS = {
    "all": "cells[:] = 0; return 0.01, False",
    "the cell ahead": "cells[pos + ahead] = 0; return 0.01, False",
    "markers for walls": "cells[pos + ahead] = 9; return 0.01, False",
    "behind and ahead": "cells[pos - ahead] = 0; cells[pos + ahead] = 0; return 0.01, False",
}


@pytest.mark.parametrize("size", ["(4, 5)", "(1, 1)", "(1, 6)", "(7, 1)", "(30, 30)"])
@pytest.mark.parametrize("opening", OPENINGS.values(), ids=OPENINGS)
def test_a_reward_that_opens_the_outer_wall_is_an_error_with_its_line(tmp_path, opening, size):
    mine = task(write(tmp_path, opening, size=size))
    line = next(i for i, text in enumerate(mine.source.read_text().splitlines(), 1) if text.startswith("def reward"))
    worlds = mine.sample(2, 0)
    for run in (
        lambda: mine.returns([AWAY, STRAIGHT], worlds, Budget.primitives(100_000)),
        lambda: play(STRAIGHT, worlds[0], Budget.primitives(100_000), task=mine),
    ):
        with pytest.raises(TaskError) as raised:
            run()
        assert raised.value.message == f"{mine.source}:{line}: reward: it opened the wall around the world"


def test_a_ring_that_is_opened_where_nobody_goes_harms_nothing(tmp_path):
    mine = task(write(tmp_path, "cells[0] = 0; return (1.0 if action == MOVE and changed else 0.0), False"))
    worlds = mine.sample(1, 0)
    found = mine.returns([STRAIGHT], worlds, Budget.primitives(10))
    assert found.item() == play(STRAIGHT, worlds[0], Budget.primitives(10), task=mine).total == 8


def test_walls_inside_may_still_change(tmp_path):
    mine = task(write(tmp_path, "cells[pos - ahead] = WALL; return 0.0, False", size="(5, 5)"))
    assert np.isfinite(mine.returns([AWAY, STRAIGHT], mine.sample(3, 0))).all()


def test_zones_are_shared_and_cannot_be_changed(tmp_path):
    with pytest.raises(TaskError, match=r"mine.py:\d+: reward: zone cannot be changed"):
        task(write(tmp_path, "zone[pos] = 1; return 0.0, False"))


HELPER = dedent(
    """
    @numba.njit
    def reach(cells, i):
        cells[i] = 77
        return 0.0
    """
)


def test_a_helper_that_the_user_compiled_is_bounds_checked_too(tmp_path):
    """In a process of its own, which a write out of bounds may end."""
    path = write(tmp_path, "return reach(cells, pos * 1_000_000), False", HELPER)
    code = f"""
from leapscli.tasks.registry import task
from leapscli.dsl.program import Program
from leapscli.errors import TaskError
mine = task({str(path)!r})
try:
    mine.returns([Program.parse("DEF run m( move m)")], mine.sample(1, 0))
except TaskError as error:
    print(error.message)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result
    assert "IndexError" in result.stdout and "mine.py:" in result.stdout
