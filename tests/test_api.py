"""The Python interface works as it is written down, its names stay, and importing it costs nothing."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import leapscli as leaps
from leapscli.dsl.batch import TokenBatch
from tests import ROOT

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
        "Dataset",
        "LeapsError",
        "Model",
        "Policy",
        "Program",
        "ProgramSyntaxError",
        "Results",
        "Run",
        "World",
        "Worlds",
        "allowed_next",
        "baseline",
        "evaluate",
        "execute",
        "generate",
        "learn",
        "load_dataset",
        "load_model",
        "load_policy",
        "load_run",
        "sweep",
        "synthesize",
        "task",
        "train",
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


WRONG = {
    "one program": ("task.returns(program, worlds)", "expected a list of programs, not one Program"),
    "texts for programs": ("task.returns([text], worlds)", "program 0 of the list is the str 'DEF run"),
    "a text for programs": ("task.returns(text, worlds)", "expected a list of programs, not the str"),
    "no programs": ("task.returns(None, worlds)", "expected a list of programs, not None"),
    "one world": ("task.returns([program], worlds[0])", "expected a list of worlds, not one World"),
    "maps for worlds": ("task.returns([program], [MAP])", "world 0 of the list is the str '#####"),
    "a number for a budget": ("task.returns([program], worlds, 220)", "expected a Budget, not the int 220"),
    "no threads": ("task.returns([program], worlds, threads=0)", "threads: expected a whole number from 1 on"),
    "half a world": ("task.sample(2.5, seed=0)", "count: expected a whole number from 1 on, not the float 2.5"),
    "no world": ("task.sample(0, seed=0)", "count: expected a whole number from 1 on, not the int 0"),
    "a seed below 0": ("task.sample(3, seed=-1)", "seed: expected a whole number from 0 on, not the int -1"),
    "no seed": ("task.sample(3, seed=None)", "seed: expected a whole number from 0 on, not None"),
    "a budget to grow": ("task.grown(220)", "expected a Budget"),
    "a number for a task": ("leaps.task(3)", "a task is called by its name or its file, not the int 3"),
    "a text for a height": ("leaps.task('maze', height='8')", "height: expected a whole number, not the str '8'"),
    "a fraction for a width": ("task.resized(8, 8.5)", "width: expected a whole number, not the float 8.5"),
    "a text to execute": ("leaps.execute(text, world)", "expected a Program, not the str"),
    "a map to execute on": ("leaps.execute(program, MAP)", "expected a World, not the str"),
    "worlds to execute on": ("leaps.execute(program, worlds)", "expected a World, not one Worlds"),
    "a zero for a budget": ("leaps.execute(program, world, 0)", "expected a Budget, not the int 0"),
    "a text for a limit": ("leaps.Budget.calls('many')", "a budget: expected a whole number, not the str 'many'"),
    "a fraction for a limit": ("leaps.Budget.primitives(2.5)", "a budget: expected a whole number, not the float"),
    "a map for walls": ("leaps.World(MAP, MAP, (0, 0, 0))", "walls: expected an array [H, W] of whole numbers"),
    "no walls": ("leaps.World(None, [[0, 0]], (0, 0, 0))", "walls: expected an array [H, W] of whole numbers"),
    "half a marker": (
        "leaps.World([[0, 0]], [[0, 0.5]], (0, 0, 0))",
        "markers: expected an array [H, W] of whole numbers",
    ),
    "ragged markers": ("leaps.World([[0, 0]], [[0], [0, 1]], (0, 0, 0))", "markers: expected an array [H, W] of whole"),
    "an agent without direction": ("leaps.World([[0]], [[0]], (0, 0))", "agent: expected (row, column, direction)"),
    "an agent between cells": ("leaps.World([[0, 0]], [[0, 0]], (0, 0.5, 1))", "agent: expected a whole number"),
    "a seed too large": ("leaps.World([[0]], [[0]], (0, 0, 1), 2**64)", "a seed is 0 to 18446744073709551615"),
    "a map that is no text": ("leaps.World.parse(3)", "expected the text of a world, not the int 3"),
    "a batch of programs": ("leaps.Worlds.stack([program])", "world 0 of the list is one Program"),
    "a batch of numbers": ("leaps.Worlds(1, 2, 3, 4)", "walls: expected an array of bool, not the int 1"),
    "agents outside": (
        "leaps.Worlds(worlds.walls, worlds.markers, worlds.agents + 99, worlds.seeds)",
        "an agent is not in a world of 8×8",
    ),
    "fewer markers": (
        "leaps.Worlds(worlds.walls, worlds.markers[:1], worlds.agents, worlds.seeds)",
        "expected walls [N, H, W], markers [N, H, W], agents [N, 3] and seeds [N], not [2, 8, 8], [1, 8, 8],",
    ),
    "a prefix in one text": ("leaps.allowed_next('DEF run m(')", "expected a list of tokens, not the str"),
    "a prefix of numbers": ("leaps.allowed_next([0, 1])", "expected a list of tokens, not the list [0, 1]"),
    "bytes to parse": ("leaps.Program.parse(text.encode())", "expected the text of a program, not the bytes"),
    "a text for a tree": ("leaps.Program(text)", "a Program is made of statements, not of text"),
    "a text for ids": ("leaps.Program.from_ids(text)", "expected a list of token ids, not the str"),
    "an unknown style": ("program.pretty('C')", "style is 'tokens' or 'python', not 'C'"),
    "a number for a model": ("leaps.load_model(3)", "reference: expected a name or a path, not the int 3"),
    "a number for a workspace": ("leaps.load_model(workspace=3)", "workspace: expected a name or a path"),
}


@pytest.mark.parametrize(("call", "wanted"), WRONG.values(), ids=WRONG)
def test_wrong_types_and_shapes_get_one_line_that_says_what_is_wanted(call: str, wanted: str) -> None:
    task = leaps.task("maze")
    names = {"leaps": leaps, "text": TEXT, "MAP": MAP, "task": task, "worlds": task.sample(2, seed=0)}
    names |= {"program": leaps.Program.parse(TEXT), "world": leaps.World.parse(MAP)}
    with pytest.raises(leaps.LeapsError) as error:
        eval(call, names)
    assert wanted in error.value.message and "\n" not in error.value.message


def test_what_a_worker_is_sent_can_be_pickled() -> None:
    program, world = leaps.Program.parse(TEXT), leaps.World.parse(MAP)
    again = pickle.loads(pickle.dumps(world))
    assert again == world and not again.walls.flags.writeable and not again.markers.flags.writeable
    for value in (program, leaps.Budget.calls(7), leaps.execute(program, world)):
        assert pickle.loads(pickle.dumps(value)) == value
    for task in (leaps.task("maze", height=9, width=11), leaps.task(ROOT / "docs" / "examples" / "sweeper.py")):
        other, worlds = pickle.loads(pickle.dumps(task)), task.sample(2, seed=0)
        assert (other.name, other.height, other.width, other.source) == (
            *(task.name, task.height, task.width),
            task.source,
        )
        assert [*pickle.loads(pickle.dumps(worlds))] == [*worlds] == [*other.sample(2, seed=0)]
        assert (pickle.loads(pickle.dumps(task.arena(worlds))).memory == other.arena(worlds).memory).all()
    batch = TokenBatch.of([program])
    assert pickle.loads(pickle.dumps(batch)).texts() == batch.texts()


def test_a_task_file_is_found_from_another_folder_once_pickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    sent = pickle.dumps(leaps.task("docs/examples/sweeper.py", height=9))
    monkeypatch.chdir(tmp_path)
    assert (pickle.loads(sent).height, pickle.loads(sent).source) == (9, ROOT / "docs" / "examples" / "sweeper.py")


def test_errors_come_back_from_a_worker_as_they_were() -> None:
    with pytest.raises(leaps.ProgramSyntaxError) as error:
        leaps.Program.parse("DEF run m( m)")
    again = pickle.loads(pickle.dumps(error.value))
    assert (type(again), str(again), vars(again)) == (type(error.value), str(error.value), vars(error.value))


UNCOMPILED = """
import numpy as np, warnings
warnings.simplefilter("ignore", RuntimeWarning)  # of numpy: integers that wrap around, as they do in compiled code
import leapscli as leaps
from leapscli.engine import reference
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
