"""A library is made of the runs that solved their tasks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import leapscli as leaps
from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.search.library import load_library
from leapscli.stages.learn import learn

SOLVED = {"maze": "DEF run m( WHILE c( noMarkersPresent c) w( move turnLeft w) m)", "seeder": "DEF run m( putMarker m)"}


def run(workspace: Workspace, name: str, task: str, program: str, value: float | None) -> None:
    with workspace.stage("run", name) as draft:
        (draft.path / "program.txt").write_text(f"# found\n{Program.parse(program).pretty()}")
        draft.publish(recipe={"task": task}, seed=0, metrics={"return_held_out": value}, command="test")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    for task, program in SOLVED.items():
        run(workspace, task, task, program, 0.95)
        run(workspace, f"{task}-again", task, program, 1.0)
    run(workspace, "poor", "maze", "DEF run m( move m)", 0.5)
    run(workspace, "unknown", "maze", "DEF run m( turnLeft m)", None)
    run(workspace, "mine", str(tmp_path / "my_task.py"), "DEF run m( turnRight m)", 1.0)  # a file that is gone
    return workspace


def test_programs_that_solve_their_tasks_are_kept_once_each(place: Workspace, tmp_path: Path) -> None:
    found = learn(place, [], tmp_path / "l.csv", "leaps learn")
    assert found.programs == {"maze": 1, "my_task": 1, "seeder": 1} and found.left_out == 2
    library = load_library(str(found.file))
    assert {name: group.texts() for name, group in library.programs.items()} == {
        **{name: [text] for name, text in SOLVED.items()},
        "my_task": ["DEF run m( turnRight m)"],
    }


def test_runs_can_be_named(place: Workspace, tmp_path: Path) -> None:
    assert learn(place, ["maze", "poor"], tmp_path / "l.csv").programs == {"maze": 1}


def test_nothing_to_learn_from_is_an_error_and_writes_nothing(place: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="to learn from; 1 fell short of 90% of their task's best return"):
        learn(place, ["poor"], tmp_path / "l.csv")
    assert not (tmp_path / "l.csv").exists()


def test_the_command_names_the_search_that_uses_it(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.root)
    result = CliRunner().invoke(build(), ["learn"])
    assert result.exit_code == 0 and result.stdout == "library.csv\n"
    assert "3 programs of 3 tasks; 2 runs fell short" in result.stderr
    assert "next: leaps synthesize TASK --recipe library-evolution --set library=library.csv" in result.stderr
    found = json.loads(CliRunner().invoke(build(), ["learn", "--json", "-o", "x.csv"]).stdout)
    assert found == {"file": "x.csv", "programs": {"maze": 1, "my_task": 1, "seeder": 1}, "left_out": 2}


def test_python_learns_what_the_command_learns(place: Workspace, tmp_path: Path) -> None:
    found = leaps.learn(
        ["maze", leaps.load_run("seeder", workspace=place.root)], tmp_path / "l.csv", workspace=place.root
    )
    assert found.programs == {"maze": 1, "seeder": 1}
