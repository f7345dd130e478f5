"""`leaps new`: what it writes runs at once, is whole, and replaces nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import leapscli as leaps
from leapscli.cli.main import build
from leapscli.errors import InputError
from leapscli.testing import check_searcher, check_task


def call(*arguments: str):
    result = CliRunner().invoke(build(), ["new", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_task_a_searcher_and_a_world_work_as_they_are():
    for what, name in (("task", "mine"), ("searcher", "walk.py"), ("world", "room")):
        result = call(what, name)
        assert Path(result.stdout.strip()).is_file() and "next: leaps " in result.stderr
    check_task("mine.py")
    check_searcher("walk.py")
    assert leaps.World.parse(Path("room.map").read_text()).agent == (6, 1, 1)
    assert "./mine.py" in Path("mine.py").read_text() and "docs/examples" not in Path("mine.py").read_text()
    run = leaps.synthesize("mine.py", "walk.py", iterations=2, states=4, validation=4, held_out=4)
    assert run.metrics["iterations"] <= 2


def test_nothing_is_overwritten_and_names_are_checked():
    call("task", "mine")
    before = Path("mine.py").read_text()
    for arguments, message in (
        (("task", "mine"), "mine.py is there already"),
        (("task", "../mine"), "is no name for a file"),
        (("task", "My Task"), "is no name for a file"),
    ):
        with pytest.raises(InputError, match=message):
            call(*arguments)
    assert Path("mine.py").read_text() == before
