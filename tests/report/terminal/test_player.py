"""The player: what keys do, what is on the screen, and how it is left."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import InputError
from leapscli.report.terminal.player import MOST_SPEED, Player, play
from leapscli.tasks.play import play as play_program
from leapscli.tasks.registry import task

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


def test_no_terminal_no_play():
    with pytest.raises(InputError, match="terminal"):
        play(episode(), "tokens", Console(file=io.StringIO()))


def test_the_screen_without_colours_fits_too():
    for side in (8, 30, 100):
        player = Player(episode(height=side, width=side), "python", None, paused=True)
        player.press("enter")
        console = Console(file=io.StringIO(), width=40, height=24, force_terminal=True, no_color=True)
        console.print(player.draw(console))
        shown = [Text.from_ansi(line).plain for line in console.file.getvalue().splitlines()]
        assert len(shown) <= 24 and max(map(len, shown)) <= 40
        assert any(arrow in line for line in shown for arrow in "^>v<") and any("step 1 of" in line for line in shown)


def test_where_nothing_can_be_drawn_over_there_is_no_play():
    console = Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": "dumb"})
    with pytest.raises(InputError, match="drawn on"):
        play(episode(), "tokens", console)
