"""`leaps studio` before it serves: errors at once. The rest is in tests/browser and tests/studio."""

from __future__ import annotations

import re
import shlex
import socket

import pytest
from typer.testing import CliRunner

from leapscli.cli import studio as command
from leapscli.cli.main import build
from leapscli.errors import InputError, MissingExtra, TaskError
from tests import ROOT

PAGE = (ROOT / "docs" / "studio.md").read_text()
COMMANDS = re.findall(r"^    leaps (studio.*?) *(?:#.*)?$", PAGE, re.MULTILINE)


def call(*arguments: str):
    return CliRunner().invoke(build(), ["studio", *arguments])


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_of_the_page_are_accepted(line, tmp_path, monkeypatch):
    pytest.importorskip("starlette")
    from leapscli.artifacts.store import Workspace
    from leapscli.studio import server

    served = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server, "serve", lambda place, **options: served.append(options))
    monkeypatch.setattr(Workspace, "resolve", lambda *_: None)
    (tmp_path / "prog.txt").write_text("DEF run m( move m)\n")
    result = call(*shlex.split(line)[1:])
    assert result.exit_code == 0 and len(served) == 1, result.exception


def test_the_page_has_commands():
    assert len(COMMANDS) == 4


def test_without_its_extra_it_is_one_line(monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    error = call().exception
    assert isinstance(error, MissingExtra) and error.hint == "pip install 'leaps[studio]'"


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (["nothing.txt"], InputError, "no such file"),
        (["--task", "nothing"], InputError, "no task 'nothing' here"),
        (["--task", "nothing.py"], TaskError, "nothing.py"),
        (["--task", "maze", "--size", "huge"], InputError, "not a size"),
        (["--model", "nothing"], InputError, "no model nothing"),
    ],
)
def test_what_cannot_be_used_is_said_at_once(arguments, kind, words, tmp_path, monkeypatch):
    pytest.importorskip("starlette")
    monkeypatch.chdir(tmp_path)
    error = call(*arguments).exception
    assert isinstance(error, kind) and words in error.message


def test_a_port_that_is_taken(tmp_path, monkeypatch):
    pytest.importorskip("starlette")
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = call("--port", str(port)).exception
    assert isinstance(error, InputError) and error.message.startswith(f"port {port} can")
