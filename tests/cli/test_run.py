"""`leaps run` and `leaps evaluate` as typed: results on stdout, the rest on stderr, files whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.domains.karel.world import World, random_worlds
from leapscli.dsl.program import Program
from leapscli.errors import InputError

runner = CliRunner()
TEXT = """\
# picks up a row
DEF run m(
    WHILE c( frontIsClear c) w(
        pickMarker
        move
    w)
    pickMarker
m)
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "program.txt"
    path.write_text(TEXT)
    return str(path)


def call(*arguments: str, typed: str | None = None):
    result = runner.invoke(build(), list(arguments), input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output and max(map(len, result.output.splitlines()), default=0) <= 800
    return result


def test_a_random_world_before_and_after(program):
    out = call("run", program, "--seed", "5").stdout
    assert out.startswith(Program.parse(TEXT).pretty()) and max(map(len, out.splitlines())) <= 80
    rows = out.split("before", 1)[1].splitlines()[1:9]
    before, after = (World.parse("\n".join(row.split()[side] for row in rows) + "\n") for side in (0, 1))
    assert before.agent == random_worlds(1, 5)[0].agent and before.agent != after.agent
    assert "actions" in out and "random 8×8, episode 5:0" in out and "220 calls" in out and "return" not in out


def test_a_task_gives_a_return_and_stdin_a_program(program):
    out = call("run", "-", "--task", "harvester", "--style", "python", typed=TEXT).stdout
    assert out.startswith("def run():") and "harvester 8×8, episode 0:0" in out
    assert "return" in out and "10,000 primitives" in out


def test_json_and_trace_agree(program, tmp_path):
    trace = tmp_path / "trace.jsonl"
    result = call("run", program, "--task", "harvester", "--seed", "5", "--json", "--trace", str(trace))
    record, lines = json.loads(result.stdout), [json.loads(line) for line in trace.read_text().splitlines()]
    assert result.stderr == f"wrote {trace}\n"
    assert [line["action"] for line in lines] == record["actions"] and len(lines) == record["steps"]
    assert [line["step"] for line in lines] == list(range(1, record["steps"] + 1))
    assert sum(line["reward"] for line in lines) == pytest.approx(record["return"])
    assert World.parse(record["final"]).agent == tuple(lines[-1]["agent"])
    assert Program.parse(record["program"]) == Program.parse(TEXT) and record["truncated"] is False
    plain = call("run", program, "--trace", str(trace))
    assert "reward" not in trace.read_text() and plain.stdout


def test_a_map_and_a_budget(program, tmp_path):
    path = tmp_path / "room.map"
    path.write_text("######\n#>.2.#\n######\nunder: 1\n")
    record = json.loads(call("run", program, "--world", str(path), "--json").stdout)
    assert record["world"] == path.read_text().strip() and record["final"].splitlines()[1] == "#..1>#"
    assert record["episode"] is None and record["budget"] == "calls:220"
    judged = json.loads(call("run", program, "--world", str(path), "--task", "harvester", "--json").stdout)
    assert judged["return"] == pytest.approx(2 / 3)
    short = call("run", program, "--world", str(path), "--budget", "primitives:3").stdout
    assert "out of budget, after 2 actions and 1 test" in short and "--budget primitives:30" in short


def test_pictures_are_written(program, tmp_path):
    png, gif = tmp_path / "a.png", tmp_path / "a.gif"
    result = call("run", program, "--task", "maze", "--png", str(png), "--gif", str(gif), "--speed", "5")
    assert result.stderr == f"wrote {png}\nwrote {gif}\n"
    assert Image.open(png).format == "PNG" and Image.open(gif).format == "GIF"


def test_statistics_name_the_worst_episode_and_it_replays(program):
    shared = ("run", program, "--task", "harvester", "--size", "8x9", "--seed", "7")
    result = call(*shared, "--episodes", "60")
    assert "mean return" in result.stdout and "█" not in result.stdout and "#" in result.stdout
    record = json.loads(call(*shared, "--episodes", "60", "--json").stdout)
    assert len(record["returns"]) == 60 and record["mean"] == pytest.approx(sum(record["returns"]) / 60)
    worst = record["worst"]
    assert worst["return"] == min(record["returns"]) and f"--episode-seed {worst['episode']}" in result.stderr
    again = json.loads(call(*shared, "--episode-seed", worst["episode"], "--json").stdout)
    assert again["return"] == pytest.approx(worst["return"]) and again["episode"] == worst["episode"]
    index = worst["episode"].split(":")[1]
    assert json.loads(call(*shared, "--episode-seed", index, "--json").stdout) == again
    same = json.loads(
        call(
            "evaluate", program, "--task", "harvester", "--size", "8x9", "--seed", "7", "--episodes", "60", "--json"
        ).stdout
    )
    assert same == record


def test_evaluate_in_words(program):
    result = call("evaluate", program, "--task", "harvester", "--episodes", "20")
    assert "solved" in result.stdout and "standard deviation" in result.stdout
    assert "leaps run" in result.stderr and "--episode-seed 0:" in result.stderr


def test_several_sizes_give_a_table_and_a_list(program):
    shared = ("evaluate", program, "--task", "harvester", "--episodes", "7", "--size", "8", "--size", "9x16")
    result = call(*shared)
    rows = [line.split() for line in result.stdout.splitlines() if "×" in line]
    assert [row[0] for row in rows] == ["8×8", "9×16"] and rows[1][-2:] == ["22,500", "primitives"]
    assert "leaps run" in result.stderr and "--size 9x16" in result.stderr
    records = json.loads(call(*shared, "--json").stdout)["sizes"]
    alone = [json.loads(call(*shared[:6], "--size", size, "--json").stdout) for size in ("8", "9x16")]
    assert records == alone and [record["budget"] for record in records] == ["primitives:10000", "primitives:22500"]
    asked = json.loads(call(*shared, "--budget", "primitives:30", "--json").stdout)["sizes"]
    assert {record["budget"] for record in asked} == {"primitives:30"}


@pytest.fixture
def several(tmp_path: Path) -> str:
    path = tmp_path / "several.txt"
    path.write_text(f"# good\n{TEXT}\n# bad\nDEF run m( turnLeft m)\nDEF run m( {'move ' * 99} m)\n")
    return str(path)


def test_run_of_several_programs_says_how_to_name_one_and_runs_it(several, program):
    result = runner.invoke(build(), ["run", several])
    assert isinstance(result.exception, InputError) and result.exception.message == f"{several}: 3 programs"
    assert result.exception.hint == f"name one by its number: {several}:1 … {several}:3"
    assert "/dev/stdin:1 … " in runner.invoke(build(), ["run", "-"], input=Path(several).read_text()).exception.hint
    assert json.loads(call("run", f"{several}:2", "--json").stdout)["actions"] == ["turnLeft"]
    assert call("run", f"{program}:1").stdout == call("run", program).stdout
    for number in ("0", "4"):
        wrong = runner.invoke(build(), ["run", f"{several}:{number}"]).exception
        assert isinstance(wrong, InputError) and "numbered 1 to 3" in wrong.message


def test_evaluate_of_several_programs_prints_a_row_each(several, program):
    shared = ("--task", "harvester", "--episodes", "7")
    result = call("evaluate", several, *shared)
    rows = [line.split() for line in result.stdout.splitlines() if "DEF" in line]
    assert [row[0] for row in rows] == ["1", "2", "3"] and max(map(len, result.stdout.splitlines())) <= 80
    assert f"the worst of the best again: leaps run {several}:1 " in result.stderr
    records = json.loads(call("evaluate", several, *shared, "--json").stdout)["programs"]
    assert [record.pop("source") for record in records] == [f"{several}:{i}" for i in (1, 2, 3)]
    assert records[0] == json.loads(call("evaluate", program, *shared, "--json").stdout)
    assert rows[1][1] == f"{records[1]['mean']:.2f}"
    sizes = json.loads(call("evaluate", several, *shared, "--size", "8", "--size", "9", "--json").stdout)["programs"]
    assert [record["height"] for record in sizes] == [8, 8, 8, 9, 9, 9]
    assert call("evaluate", several, *shared, "--size", "8", "--size", "9").stdout.count("DEF") == 6


def test_a_senseless_size_among_several_is_an_error_before_anything_runs(program):
    result = runner.invoke(build(), ["evaluate", program, "--task", "cleanhouse", "--size", "14x22", "--size", "100"])
    assert isinstance(result.exception, InputError) and "the apartment has one size" in result.exception.message
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--episodes", "9"], "only a task gives"),
        (["--episodes", "9", "--task", "maze", "--gif", "a.gif"], "--episodes counts over many"),
        (["--episodes", "9", "--task", "maze", "--episode-seed", "3"], "--episodes counts over many"),
        (["--json", "--watch"], "both need the screen"),
        (["--watch"], "needs a terminal"),
        (["--step"], "needs a terminal"),
        (["--task", "mzae"], "no task is called 'mzae'"),
        (["--task", "maze", "--size", "3"], "maze at 3×3"),
        (["--size", "two"], "not a size"),
        (["--budget", "12"], "not a budget"),
        (["--task", "maze", "--episode-seed", "x"], "not an episode"),
        (["--world", "none.map"], "none.map: no such file"),
        (["--png", "none/a.png"], "there is no folder"),
        (["--trace", "."], "a folder, not a file"),
    ],
)
def test_bad_input_is_one_clear_error_and_writes_nothing(program, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    result = runner.invoke(build(), ["run", program, *arguments])
    assert isinstance(result.exception, InputError) and message in result.exception.message
    assert result.stdout == "" and [path.name for path in tmp_path.iterdir()] == ["program.txt"]


def test_a_bad_program_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = runner.invoke(build(), ["run", "-", "--gif", "a.gif"], input="DEF run m( mvoe m)")
    assert isinstance(result.exception, InputError) and "standard input: line 1" in result.exception.message
    assert list(tmp_path.iterdir()) == []


def test_no_task_no_evaluation(program):
    result = runner.invoke(build(), ["evaluate", program])
    assert isinstance(result.exception, InputError) and "no task" in result.exception.message


def test_running_a_program_loads_no_learning_library(program):
    code = (
        "import sys; from leapscli.cli.main import main\ntry:\n    main()\nexcept SystemExit: pass\n"
        "print([name for name in ('torch', 'h5py', 'matplotlib', 'PIL') if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "run", program, "--task", "harvester"]
    assert subprocess.run(command, capture_output=True, text=True).stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["run", "evaluate"])
def test_the_task_may_be_an_argument(program, command):
    shared = ("--episodes", "20", "--json")
    assert (
        call(command, program, "harvester", *shared).stdout
        == call(command, program, "--task", "harvester", *shared).stdout
    )
