"""Every command that draws, on every kind of terminal: it ends well, and what it has to say can be read."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.terminal.commands import COMMANDS
from tests.terminal.terminal import Shell, squeeze


class Screen(NamedTuple):
    columns: int
    rows: int
    environment: dict[str, str]


# Together they have every width, both heights, and every setting that changes what is drawn.
SCREENS = {
    "40 columns, no colours": Screen(40, 24, {"NO_COLOR": "1"}),
    "80 columns": Screen(80, 24, {}),
    "80 columns, dumb": Screen(80, 50, {"TERM": "dumb"}),
    "100 columns, COLUMNS=0": Screen(100, 50, {"COLUMNS": "0", "LINES": "0"}),
    "120 columns": Screen(120, 24, {}),
    "200 columns, COLUMNS=1": Screen(200, 50, {"COLUMNS": "1", "LINES": "1"}),
}


# All of them for every command, but for one that takes long and prints a line or two.
PAIRS = [(command, screen) for command in COMMANDS for screen in SCREENS if command != "model plot" or "40" in screen]


@pytest.mark.parametrize(("command", "screen"), PAIRS)
def test_every_command_that_draws_can_be_read_on_every_terminal(command: str, screen: str, shell: Shell) -> None:
    columns, rows, environment = SCREENS[screen]
    arguments = [part.format(screen=columns + rows) for part in COMMANDS[command].arguments]
    terminal = shell.run(arguments, columns, rows, **environment)
    code = terminal.wait()
    assert code == 0, terminal.text
    assert "unexpected" not in terminal.text and "Traceback" not in terminal.text
    for text in COMMANDS[command].shows:
        assert squeeze(text) in squeeze(terminal.text), terminal.text
    if columns >= 80:
        assert "…" not in terminal.text.replace(" … ", " "), terminal.text  # as rich cuts; " … " stands between numbers
    if environment.get("TERM") == "dumb":
        assert "\x1b" not in terminal.raw
    if "NO_COLOR" in environment:
        assert "\x1b[3" not in terminal.raw and "\x1b[9" not in terminal.raw
