"""Where a program comes from and where it runs; every mistake is one clear line."""

from __future__ import annotations

import io

import numpy as np
import pytest

from leapscli.artifacts.manifest import read_manifest, write_manifest
from leapscli.artifacts.store import Workspace
from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import ArtifactError, InputError, ProgramSyntaxError, TaskError, WorldError
from leapscli.results.evaluation import Evaluation
from leapscli.stages.evaluate import evaluate
from leapscli.stages.run import Setting, run
from leapscli.stages.sources import (
    choose_task,
    load_program,
    load_world,
    parse_budget,
    parse_episode,
    parse_size,
)
from leapscli.tasks.registry import task

TEXT = "# by hand\nDEF run m( WHILE c( frontIsClear c) w( pickMarker move w) pickMarker m)"


@pytest.fixture
def ws(tmp_path) -> Workspace:
    """A workspace with one run, of fourcorners at 10×12."""
    ws = Workspace(tmp_path)
    with ws.stage("run", "fourcorners") as draft:
        (draft.path / "program.txt").write_text(TEXT)
        recipe = {"task": "fourcorners", "size": "10x12", "budget": "220 calls"}
        draft.publish(recipe=recipe, seed=0, parents=[], metrics={}, command="leaps synthesize")
    return ws


def test_a_program_from_a_file_from_stdin_and_from_a_run(ws, tmp_path, monkeypatch):
    path = tmp_path / "program.py"
    path.write_text("\ufeff# note\ndef run():\r\n    move()\r\n")
    source = load_program(str(path), ws)
    assert (str(source.program), source.style, source.run) == ("DEF run m( move m)", "python", None)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert load_program("-", ws).program == Program.parse(TEXT)
    for reference in (None, "fourcorners", "fourcorners@v1", str(tmp_path / "runs" / "fourcorners" / "v1")):
        source = load_program(reference, ws)
        assert source.program == Program.parse(TEXT) and source.run and source.label == "fourcorners@v1"


@pytest.mark.parametrize(
    ("comments", "told"),
    [
        ("# maze 10×12: return 0.500 on 32 states", ("maze", 10, 12, None)),  # program.txt of a run
        ("#task: maze 8×8\n# budget: 220 calls", ("maze", 8, 8, Budget.calls(220))),  # what synthesize prints
        ("# next: leaps run x --task maze\n# works on maze 8×8", None),
        ("# budget: none", None),
    ],
)
def test_the_task_that_a_text_carries_is_picked_up_from_stdin_and_from_a_file(
    ws, tmp_path, monkeypatch, comments, told
):
    text = f"{TEXT}\n{comments}\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))
    (tmp_path / "prog.txt").write_text(text)
    for reference in ("-", str(tmp_path / "prog.txt")):
        source = load_program(reference, ws)
        found = choose_task(source, None, None, None)
        assert (found and (found.name, found.height, found.width, source.budget)) == told
        asked = choose_task(source, "harvester", None, None)
        assert asked and (asked.name, asked.height) == ("harvester", 8)


def test_a_task_file_that_a_text_names_is_not_run_for_that(ws, tmp_path, monkeypatch):
    own = tmp_path / "mine.py"
    own.write_text("raise SystemExit('run')")
    text = f"# task: {own} 8×8\n{TEXT}".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text), "utf-8"))
    source = load_program("-", ws)
    assert choose_task(source, None, None, None) is None and source.own_task == str(own)


@pytest.mark.parametrize(
    "reference", [None, "fourcorners", "fourcorners@v1", "runs/fourcorners", "runs/fourcorners/v1"]
)
def test_a_damaged_or_newer_run_is_not_reported_as_missing(ws, reference):
    manifest = ws.root / "runs/fourcorners/v1/manifest.yaml"
    values = read_manifest(manifest)
    write_manifest(manifest, values.model_copy(update={"schema_number": 9}))
    with pytest.raises(ArtifactError, match="written as schema 9"):
        load_program(reference, ws)
    manifest.write_text(manifest.read_text()[:-9])
    with pytest.raises(ArtifactError, match="damaged: its last line"):
        load_program(reference, ws)
    write_manifest(manifest, values)
    (ws.root / "runs/fourcorners/v1/program.txt").unlink()
    with pytest.raises(ArtifactError, match="damaged: missing"):
        load_program(reference, ws)


def test_a_run_brings_its_task_size_and_budget(ws):
    source = load_program("fourcorners", ws)
    own = choose_task(source, None, None, None)
    assert own and (own.name, own.height, own.width) == ("fourcorners", 10, 12)
    larger = choose_task(source, None, 20, None)
    assert larger and (larger.height, larger.width) == (20, 12)
    other = choose_task(source, "harvester", None, None)
    assert other and (other.name, other.height) == ("harvester", 8)
    assert source.budget == Budget.calls(220)


def test_the_text_of_a_program_in_the_place_of_its_file_is_told_the_way(ws):
    for text in ("DEF run m( move m)", "def run():\n    move()\n" * 99):
        with pytest.raises(InputError, match="a program's text, not a file") as caught:
            load_program(text, ws)
        assert caught.value.hint == "a pipe brings it: echo '…' | leaps run -"


def test_what_is_no_program_is_said_clearly(ws, tmp_path):
    bad, binary = tmp_path / "bad.txt", tmp_path / "binary"
    bad.write_text("DEF run m( move")
    binary.write_bytes(b"move \xff")
    with pytest.raises(ProgramSyntaxError, match=r"bad\.txt: line 1, column 16: found end of program"):
        load_program(str(bad), ws)
    with pytest.raises(InputError, match="not UTF-8"):
        load_program(str(binary), ws)
    with pytest.raises(InputError, match="no such program file, and no run of that name"):
        load_program("nope", ws)
    with pytest.raises(InputError) as error:
        load_program("stairclimber", ws)
    assert str(error.value.hint).startswith("stairclimber is a task; name a program before it")
    with pytest.raises(InputError, match="no run"):
        load_program(None, Workspace(tmp_path / "empty"))


def test_a_task_that_went_away_is_asked_for(ws):
    with ws.stage("run", "mine") as draft:
        (draft.path / "program.txt").write_text(TEXT)
        draft.publish(recipe={"task": "sweeper"}, seed=0, parents=[], metrics={}, command="leaps synthesize")
    with pytest.raises(TaskError, match="the task of mine@v1: no task is called 'sweeper'"):
        choose_task(load_program("mine", ws), None, None, None)


def test_maps(tmp_path):
    path = tmp_path / "room.map"
    world = random_worlds(1, 4, height=6, width=9)[0]
    path.write_text(str(world))
    assert load_world(path) == world
    setting = Setting(map_file=path, task=task("harvester"))
    assert setting.name is None and setting.world() == world
    assert setting.words(world) == f"{path} 6×9, judged as harvester"
    path.write_text("##\n#")
    with pytest.raises(WorldError, match=r"room\.map: line 2"):
        load_world(path)
    for judge in (None, task("harvester")):
        with pytest.raises(InputError, match="its own size"):
            Setting(map_file=path, height=4, task=judge)


def test_settings_name_their_worlds_and_choose_budgets():
    own = task("maze")
    assert Setting((7, 3), own).world() == own.sample(5, 7)[3]
    assert Setting((7, 3), own).words(own.sample(1, 7)[0]) == "maze 8×8, episode 7:3"
    assert Setting((7, 3), height=5).world() == random_worlds(5, 7, height=5)[3]
    assert Setting().bound == Budget.calls(220) and Setting(task=own).bound == Budget.primitives(10_000)
    assert Setting(budget=Budget.calls(9)).bound == Setting(task=own, budget=Budget.calls(9)).bound == Budget.calls(9)
    with pytest.raises(InputError, match="2×8"):
        Setting(height=2).world()


def test_a_budget_that_nobody_asked_for_grows_with_the_area(tmp_path):
    large, path = task("harvester", height=16, width=12), tmp_path / "large.map"
    assert Setting(task=large).bound == Budget.primitives(30_000)
    assert Setting(task=large, usual=Budget.calls(220)).bound == Budget.calls(660)
    assert Setting(task=large, usual=Budget.calls(220), budget=Budget.calls(9)).bound == Budget.calls(9)
    assert evaluate(Program.parse(TEXT), large, 1, 0).budget == Budget.primitives(30_000)
    path.write_text(str(random_worlds(1, 0, height=10, width=16)[0]))
    assert Setting(task=task("harvester"), map_file=path).bound == Budget.primitives(25_000)
    assert Setting(map_file=path).bound == Budget.calls(220)


def test_a_record_says_all(ws):
    setting = Setting((7, 0), task("harvester"), budget=Budget.primitives(4))
    record = run(load_program("fourcorners", ws), setting).record()
    assert record["actions"] == ["pickMarker", "move"] and record["steps"] == 2 and record["tests"] == 2
    assert record["truncated"] and record["end"] == "out of budget"
    assert record["return"] == pytest.approx(1 / 36) and record["episode"] == "7:0"
    assert record["budget"] == "primitives:4" and record["world"].count("1") + 1 >= 36


@pytest.mark.parametrize(
    ("text", "size"), [(None, (None, None)), ("12", (12, 12)), ("14x22", (14, 22)), ("3×4", (3, 4))]
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "x", "8x", "0", "8x0", "-3", "1.5", "8x8x8"])
def test_no_sizes(text):
    with pytest.raises(InputError, match="not a size"):
        parse_size(text)


def test_budgets_and_episodes():
    assert parse_budget("calls:220") == parse_budget("220 calls") == Budget.calls(220)
    assert parse_budget("primitives:10_000") == Budget.primitives(10_000)
    for text in ("", "220", "calls", "calls:", "steps:3", "calls:-1", "calls:_"):
        with pytest.raises(InputError, match="not a budget"):
            parse_budget(text)
    assert parse_episode("7:12", 3) == (7, 12) and parse_episode("12", 3) == (3, 12)
    for text in ("", "a", "1:2:3", "-1", "1:"):
        with pytest.raises(InputError, match="not an episode"):
            parse_episode(text, 0)


def test_an_evaluation_names_the_episodes_it_scored():
    program, own = Program.parse(TEXT), task("harvester", height=8, width=9)
    result = evaluate(program, own, 40, 7)
    assert result.returns.shape == (40,)
    again = run_total(program, own, result.episode(result.worst))
    assert again == pytest.approx(result.returns.min()) and result.returns.min() < result.returns.max()
    assert evaluate(program, own, 5, 7, first=35).returns == pytest.approx(result.returns[35:])
    with pytest.raises(InputError, match="at least one"):
        evaluate(program, own, 0, 7)


def run_total(program, own, name) -> float:
    from leapscli.tasks.play import play

    return play(program, Setting(parse_episode(name, 0), own).world(), Budget.primitives(10_000), task=own).total


def test_equal_returns_have_no_worst_but_for_rounding():
    sums = np.array([1.0, 1.0000000000000007, 0.9999999999999998])
    result = Evaluation(Program.parse(TEXT), task("maze"), 3, Budget.calls(9), sums)
    assert result.alike and (result.worst, result.best, result.solved) == (0, 0, 1.0)
    record = result.record()
    assert record["returns"] == [1.0] * 3 and record["standard_deviation"] == 0.0 and record["mean"] == 1.0
    assert record["worst"] == record["best"] == {"episode": "3:0", "return": 1.0}


def test_statistics():
    returns = np.array([1.0, 0.5, -1.0, 1.0 - 1e-12])
    result = Evaluation(Program.parse(TEXT), task("maze"), 3, Budget.calls(9), returns, first=10)
    assert result.solved == 0.5 and result.mean == pytest.approx(0.375)
    assert result.deviation == pytest.approx(returns.std()) and result.error == pytest.approx(returns.std() / 2)
    assert (result.episode(result.worst), result.episode(result.best)) == ("3:12", "3:10")
    assert result.record()["worst"] == {"episode": "3:12", "return": -1.0}
