"""`leaps tasks` as typed: every task in the list, and each one with a picture and its reward in words."""

from __future__ import annotations

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.domains.karel.world import World
from leapscli.errors import InputError, TaskError
from leapscli.tasks.registry import task
from leapscli.tasks.suites import elsewhere, names

runner = CliRunner()


def call(*arguments: str):
    result = runner.invoke(build(), ["tasks", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    return result


def test_the_list():
    out = call().stdout
    first = [line.split()[0] for line in out.splitlines()]
    assert set(names()) < set(first) and max(map(len, out.splitlines())) <= 80
    rows = json.loads(call("--json").stdout)
    assert [row["name"] for row in rows] == [*names(), *elsewhere()]
    assert {row["paper"] for row in rows} == {"LEAPS", "HPRL", "LLM-GS"}
    assert all(row["goal"] and "(" not in row["goal"] for row in rows)


@pytest.mark.parametrize("name", names())
def test_each_one(name):
    out = call(name, "--seed", "4").stdout
    start = task(name).sample(1, 4)[0]
    assert World.parse(out.split("\n\n", 1)[1]) == start and max(map(len, out.splitlines())) <= 80
    record = json.loads(call(name, "--seed", "4", "--json").stdout)
    assert World.parse(record["world"]) == start and record["reward"] and record["initial"] and record["seed"] == 4


def test_sizes_and_pictures(tmp_path):
    path = tmp_path / "maze.png"
    result = call("maze", "--size", "21x31", "--png", str(path))
    assert "maze 21×31" in result.stdout and result.stderr == f"wrote {path}\n"
    assert Image.open(path).size[0] > Image.open(path).size[1]


def test_mistakes(tmp_path):
    with pytest.raises(TaskError, match="no task is called 'mase'"):
        call("mase")
    with pytest.raises(InputError, match="no folder"):
        call("maze", "--png", str(tmp_path / "none" / "a.png"))
