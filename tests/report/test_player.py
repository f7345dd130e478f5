"""The player: what keys do, what is on the screen, and how it is left."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
import time

import pytest
from rich.console import Console
from rich.text import Text

from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.report.keys import Keys
from leapscli.report.player import MOST_SPEED, Player, play
from leapscli.stages.play import play as play_program
from leapscli.tasks.registry import task
from leapscli.world.engine import Budget

PROGRAM = Program.parse(
    "DEF run m( REPEAT R=9 r( IF c( frontIsClear c) i( move i) pickMarker turnLeft turnLeft r) "
    "WHILE c( noMarkersPresent c) w( move w) putMarker m)"
)


def episode(name: str = "harvester", **size: int):
    own = task(name, **size)
    return play_program(PROGRAM, own.sample(1, 0)[0], Budget.primitives(200), task=own)


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40), (40, 16)])
@pytest.mark.parametrize("side", [8, 30, 100])
def test_the_screen_fits_and_shows_program_world_and_step(columns, lines, side):
    player = Player(episode(height=side, width=side), "python", None, paused=True)
    for _ in range(12):
        console = Console(
            file=io.StringIO(), width=columns, height=lines, force_terminal=True, color_system="truecolor"
        )
        console.print(player.draw(console))
        shown = [Text.from_ansi(line).plain for line in console.file.getvalue().splitlines()]
        assert len(shown) <= lines and max(map(len, shown)) <= columns
        text = "\n".join(shown)
        assert f"step {player.playback.at}" in text and any(arrow in text for arrow in "▲▶▼◀")
        assert ("▸" in text) == (player.playback.at > 0)
        player.press("enter")


def test_keys():
    player = Player(episode(), "tokens", 5, paused=False)
    player.advance()
    assert player.playback.at == 1 and player.pause == 0.2
    player.press("space")
    assert player.paused
    player.press("right")
    player.press("left")
    assert player.playback.at == 1
    player.press("end")
    assert player.finished
    player.press("home")
    assert player.playback.at == 0
    player.press("+")
    assert player.speed == 10
    for _ in range(30):
        player.press("+")
    assert player.speed == MOST_SPEED
    player.advance()
    assert player.playback.at > 10
    player.press("r")
    assert (player.playback.at, player.paused, player.left) == (0, False, False)
    player.press("q")
    assert player.left


def test_long_runs_start_fast_enough_to_end():
    long = play_program(
        Program.parse("DEF run m( WHILE c( markersPresent c) w( turnLeft w) m)"),
        task("harvester").sample(1, 0)[0],
        Budget.primitives(6_000),
    )
    assert Player(long, "tokens", None, paused=False).speed == 100
    assert Player(long, "tokens", 2.5, paused=False).speed == 2.5


def test_keys_come_one_at_a_time_and_arrows_have_names():
    ours, theirs = os.pipe()
    keys = Keys(ours)
    for pressed, name in (
        (b"\x1b[C", "right"),
        (b"\x1b[D", "left"),
        (b"\n", "enter"),
        (b" ", "space"),
        (b"+", "+"),
        (b"\x1b", "q"),
    ):
        os.write(theirs, pressed)
        assert keys.wait(1) == name
    assert keys.wait(0) is None
    os.close(theirs)
    assert keys.wait(1) == "q"
    os.close(ours)
    assert Keys(None).wait(0) is None and not Keys(None).works


def test_no_terminal_no_play():
    with pytest.raises(InputError, match="terminal"):
        play(episode(), "tokens", Console(file=io.StringIO()))


@pytest.mark.parametrize("last", [b"q", b"\x03"])
def test_in_a_real_terminal_it_steps_and_leaves_everything_as_it_was(tmp_path, last):
    """Run as a user does: step twice with Enter, then leave; the terminal's settings are as before."""
    path = tmp_path / "program.txt"
    path.write_text(str(PROGRAM))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(theirs)
    command = [sys.executable, "-m", "leapscli", "run", str(path), "--task", "harvester", "--step"]
    child = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    seen = read_until(ours, b"paused")
    for step in (b"step 1 ", b"step 2 "):
        os.write(ours, b"\n")
        seen += read_until(ours, step)
    os.write(ours, last)
    seen += read_until(ours, b"budget ")
    assert child.wait(20) == 0
    assert b"\x1b[?1049h" in seen and b"\x1b[?1049l" in seen and b"\x1b[?25h" in seen
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def read_until(descriptor: int, wanted: bytes, seconds: float = 30) -> bytes:
    """What the terminal shows up to `wanted`."""
    seen, end = b"", time.monotonic() + seconds
    while wanted not in seen:
        assert time.monotonic() < end, seen
        seen += os.read(descriptor, 65536)
    return seen
