"""`leaps fmt` as typed: in place, through a pipe, or only checking."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.errors import InputError, ProgramSyntaxError

runner = CliRunner()
MESSY = "# note\nDEF run m( move # go\n turnLeft m)"
CLEAN = "# note\nDEF run m(\n    move  # go\n    turnLeft\nm)\n"
PYTHON = "# note\ndef run():\n    move()  # go\n    turnLeft()\n"


def call(*arguments: str, typed: str | bytes | None = None, code: int = 0):
    result = runner.invoke(build(), ["fmt", *arguments], input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    messy, clean = tmp_path / "messy.txt", tmp_path / "clean.txt"
    messy.write_text(MESSY)
    clean.write_text(CLEAN)
    return str(messy), str(clean)


def test_in_place(files):
    result = call(*files)
    assert [Path(file).read_text() for file in files] == [CLEAN, CLEAN]
    assert result.stdout == "" and result.stderr == f"formatted {files[0]}\n1 of 2 changed\n"
    call(*files, "--style", "python")
    assert [Path(file).read_text() for file in files] == [PYTHON, PYTHON]


def test_check_changes_nothing_and_tells(files):
    result = call("--check", *files, code=1)
    assert Path(files[0]).read_text() == MESSY and f"would format {files[0]}" in result.stderr
    call("--check", files[1])
    call("--check", "--style", "python", files[1], code=1)
    told = json.loads(call("--check", "--json", *files, code=1).stdout)
    assert told == [{"path": files[0], "changed": True}, {"path": files[1], "changed": False}]


def test_through_a_pipe():
    assert call("-", typed=MESSY).stdout == CLEAN
    assert call("-", "--style", "python", typed=MESSY).stdout == PYTHON
    assert call("-", "--check", typed=MESSY, code=1).stdout == ""
    assert call("-", "--check", typed=CLEAN).stdout == ""


def test_a_byte_order_mark_on_stdin_leaves_python_form_python_form():
    for encoding in ("utf-8-sig", "utf-16"):
        assert call("-", typed=PYTHON.encode(encoding)).stdout == PYTHON
    assert call("-", typed=PYTHON.replace("\n", "\r\n").encode()).stdout_bytes == PYTHON.replace("\n", "\r\n").encode()


def test_mistakes(files, tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_text("DEF run m( m)")
    with pytest.raises(ProgramSyntaxError, match=r"bad\.txt: line 1"):
        call(files[0], str(bad))
    assert Path(files[0]).read_text() == MESSY
    with pytest.raises(InputError, match="cannot be combined"):
        call("-", files[0])
    with pytest.raises(ProgramSyntaxError, match="standard input: line 1"):
        call("-", typed="DEF")
