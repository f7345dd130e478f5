"""docs/run.md tells the truth: its commands run as written, and its tables and numbers are the code's."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.report.pictures.gif import MOST_FRAMES
from leapscli.report.terminal.player import HELP
from tests import ROOT

PAGE = (ROOT / "docs" / "run.md").read_text()
COMMANDS = [line.strip() for line in PAGE.splitlines() if re.match(r"    (leaps|printf|cat) ", line)]


def follow(line: str) -> None:
    """Do what a line says, as a shell would."""
    feed, _, command = line.rpartition("| ")
    if not command.startswith("leaps"):
        subprocess.run(["bash", "-c", line], check=True)
        return
    typed = Path(feed.split()[1]).read_text() if feed else None
    arguments = shlex.split(command, comments=True)[1:]
    result = CliRunner().invoke(build(), arguments, input=typed)
    assert result.exit_code == 0, (line, result.output, result.exception)


def test_commands_run_as_written(tmp_path, monkeypatch):
    """All of them, in order, but for those that need somebody at a terminal."""
    monkeypatch.chdir(tmp_path)
    lines = [line for line in COMMANDS if "--watch" not in line and "--step" not in line]
    assert len(lines) > 18
    for line in lines:
        follow(line)
    made = {"prog.txt", "my.map", "list.txt", "run.png", "run.gif", "run.jsonl", "maze.png"}
    assert {path.name for path in tmp_path.iterdir()} == made
    shown = re.search(r"`(\{\"step\": 2.*?\})`", PAGE)
    assert shown and shown[1] in Path("run.jsonl").read_text().splitlines()


def test_numbers_and_keys():
    assert f"{MOST_FRAMES} evenly spaced frames" in PAGE
    for key in re.findall(r"(\w+|[+→←-]+) (?:pauses|steps|speed|again|leaves)", " ".join(HELP)):
        assert re.search(rf"^\| .*{re.escape(key[0])}", PAGE, re.MULTILINE), key
