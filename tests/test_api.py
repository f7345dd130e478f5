"""The Python interface works as it is written down, its names stay, and importing it costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import leapscli as leaps

ROOT = Path(__file__).parents[1]
TEXT = "DEF run m( WHILE c( frontIsClear c) w( move w) m)"
MAP = "#####\n#..1#\n#>..#\n#####"


def python(code: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_public_names() -> None:
    """Whoever adds or removes one changes the interface."""
    assert sorted(leaps.__all__) == [
        "Budget",
        "LeapsError",
        "Program",
        "ProgramSyntaxError",
        "World",
        "Worlds",
        "allowed_next",
        "execute",
        "load_model",
        "task",
    ]
    assert set(dir(leaps)) == {*leaps.__all__, "__version__"}
    for name in leaps.__all__:
        assert getattr(leaps, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Karel'"):
        leaps.Karel  # noqa: B018
    assert (ROOT / "leapscli" / "py.typed").is_file()


def test_importing_loads_none_of_the_heavy_ones() -> None:
    heavy = ("numpy", "torch", "numba", "h5py", "matplotlib", "pydantic", "rich", "typer")
    code = f"import sys, leapscli; print([name for name in {heavy} if name in sys.modules])"
    assert python(code).strip() == "[]"


def test_programs() -> None:
    program = leaps.Program.parse(TEXT)
    assert program.tokens == tuple(TEXT.split()) and str(program) == TEXT
    assert leaps.Program.parse(program.pretty(style="python")) == program
    assert leaps.Program.parse(program.pretty(style="tokens")) == program
    with pytest.raises(leaps.ProgramSyntaxError) as error:
        leaps.Program.parse("DEF run m( m)")
    assert (error.value.line, error.value.column, error.value.found) == (1, 12, "m)")
    assert error.value.expected and isinstance(error.value, leaps.LeapsError)


def test_execution() -> None:
    world = leaps.World.parse(MAP)
    walls = np.array([[cell == "#" for cell in row] for row in MAP.splitlines()])
    markers = np.zeros((4, 5), np.uint8)
    markers[1, 3] = 1
    assert world == leaps.World(walls=walls, markers=markers, agent=(2, 1, 1))
    rollout = leaps.execute(leaps.Program.parse(TEXT), world, budget=leaps.Budget.calls(220))
    assert rollout.actions == [0, 0] and not rollout.truncated
    assert str(rollout.world) == "#####\n#..1#\n#..>#\n#####"
    assert leaps.execute(leaps.Program.parse(TEXT), world) == rollout


def test_tasks() -> None:
    task = leaps.task("harvester")
    worlds = task.sample(32, seed=0)
    assert isinstance(worlds, leaps.Worlds) and isinstance(worlds[3], leaps.World) and len(worlds) == 32
    programs = [leaps.Program.parse(TEXT), leaps.Program.parse("DEF run m( pickMarker m)")]
    returns = task.returns(programs, worlds, budget=leaps.Budget.primitives(10_000))
    assert returns.shape == (2, 32) and returns.dtype == np.float64
    np.testing.assert_allclose(returns, [[0.0] * 32, [1 / 36] * 32])
    assert leaps.task("harvester", height=100, width=100).sample(1, seed=0).width == 100


def test_grammar() -> None:
    assert leaps.allowed_next(["DEF", "run", "m("]) == {
        *("WHILE", "REPEAT", "IF", "IFELSE"),
        *("move", "turnLeft", "turnRight", "pickMarker", "putMarker"),
    }


UNCOMPILED = """
import numpy as np, warnings
warnings.simplefilter("ignore", RuntimeWarning)  # of numpy: integers that wrap around, as they do in compiled code
import leapscli as leaps
from leapscli.world import reference
from tests.golden.records import records, world
for record in records("traces")[::60]:
    program, start = leaps.Program.parse(record["program"]), world(record["world"], record["agent"])
    rollout = leaps.execute(program, start)
    assert (rollout.actions, rollout.truncated) == (record["actions"], record["truncated"])
for record in records("task_returns")[::40]:
    start = leaps.Worlds.stack([world(record["world"], record["agent"])])
    budget = leaps.Budget.primitives(2000)
    found = leaps.task(record["task"]).returns([leaps.Program.parse(record["program"])], start, budget)
    assert not record["terminated"] or abs(found[0, 0] - record["return"]) < 1e-6, record
for name in ("snake", "docs/examples/sweeper.py"):
    task = leaps.task(name)
    task.returns([leaps.Program.parse("DEF run m( move pickMarker m)")], task.sample(2, seed=0))
print("fine")
"""


def test_everything_works_without_compilation() -> None:
    assert python(UNCOMPILED, NUMBA_DISABLE_JIT="1").strip() == "fine"
