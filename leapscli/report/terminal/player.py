"""Plays an episode in the terminal: the world beside the program, whose line being executed is lit up.

The run is over before it is shown, so it can be wound back as well as forward.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from leapscli.dsl.printer import layout
from leapscli.dsl.tree import Style
from leapscli.errors import InputError
from leapscli.report.terminal.console import can_redraw, has_colours
from leapscli.report.terminal.flow import flow, rows
from leapscli.report.terminal.keyboard import Keys, keyboard
from leapscli.report.terminal.outcome import return_text
from leapscli.report.terminal.programs import around, highlight
from leapscli.report.terminal.world import Size, draw_world, rank, scale_for
from leapscli.tasks.episode import Episode, Playback, Step

LEAST_SPEED, MOST_SPEED = 0.25, 4096.0  # steps a second
SMOOTH = 25  # frames a second; what is faster skips steps
LONGEST = 60  # seconds that a run takes at the speed it starts with, unless that is chosen
UNHURRIED = 6.0  # steps a second of a short run
HELP = ("space pauses", "←→ steps", "+- speed", "r again", "q leaves")
STATUS = 72  # columns that the line above that may need
LISTED = 6  # lines of the program that are kept on the screen below a large world
LEAST_COLUMNS = 20  # for a world beside its program
IDLE = 0.5  # seconds after which a resting screen is drawn again, in case its size changed


class Player:
    """The state of the player: the step shown, the speed, whether it is paused."""

    def __init__(self, episode: Episode, style: Style, speed: float | None, *, paused: bool) -> None:
        self.playback, self.paused, self.left = Playback(episode), paused, False
        self.length = len(episode.steps)
        self.speed = speed or max(UNHURRIED, self.length / LONGEST)
        self.lines, self.line_of = layout(episode.program, style)

    @property
    def finished(self) -> bool:
        """True if the last step is shown."""
        return self.playback.at >= self.length

    @property
    def pause(self) -> float:
        """Seconds from this frame to the next."""
        return max(1 / SMOOTH, 1 / self.speed)

    def advance(self) -> None:
        """One frame later: one step, or several where they are faster than the screen."""
        self.playback.seek(self.playback.at + max(1, round(self.speed / SMOOTH)))

    def press(self, key: str) -> None:
        """Handle a key."""
        at = self.playback.at
        if key == "q":
            self.left = True
        elif key in ("enter", "right", "left", "home", "end"):
            self.paused = True
            self.playback.seek({"left": at - 1, "home": 0, "end": self.length}.get(key, at + 1))
        elif key in ("space", "p"):
            self.paused = not self.paused
        elif key == "r":
            self.paused = False
            self.playback.seek(0)
        elif key in ("+", "=", "-"):
            self.speed = min(MOST_SPEED, max(LEAST_SPEED, self.speed * (0.5 if key == "-" else 2)))

    def draw(self, console: Console) -> RenderableType:
        """The screen, as large as the terminal is now."""
        columns, lines = console.size
        height, width = self.playback.cells.shape
        step, colours = self.playback.last, has_colours(console)
        status = flow(self._status(step), columns)
        foot = Text("\n").join([Text(), status, flow((Text(part, "dim") for part in HELP), columns, 3)])
        free = lines - rows(foot, console) - max(0, -(-STATUS // columns) - rows(status, console))
        lit = self.line_of[step.node] if step else -1
        listing = max(len(line) for line in self.lines) + 2
        beside, below = Size(free, columns - listing - 4), Size(free - LISTED, columns)
        ranks = [rank(scale_for(height, width, room)) for room in (beside, below)]
        aside = beside.columns >= LEAST_COLUMNS and ranks[0] <= ranks[1]
        world = draw_world(self.playback.world, beside if aside else below, colours=colours)
        left = free - (0 if aside else str(world).count("\n") + 1)
        first, shown = around(self.lines, max(0, lit), max(1, left))
        text = highlight(shown, lit, first=first)
        text.no_wrap, text.overflow = True, "ellipsis"
        if not aside:
            return Group(world, text, foot)
        table = Table.grid(padding=(0, 4, 0, 0))
        table.add_row(text, world)
        return Group(table, foot)

    def _status(self, step: Step | None) -> Iterator[Text]:
        """The status line, piece by piece."""
        yield Text(f"step {self.playback.at:,} of {self.length:,}")
        what = Text(step.name if step else "start", "bold")
        if step and not step.is_action:
            what.append(" yes" if step.changed else " no", "green" if step.changed else "red")
        elif step and not step.changed:
            what.append(" (no effect)", "yellow")
        yield what
        if self.playback.total is not None:
            yield Text(f"return {return_text(self.playback.total)}", "bold green" if self.playback.solved else "bold")
        mode = self.playback.episode.end if self.finished else "paused" if self.paused else f"{self.speed:g} steps/s"
        yield Text(f"[{mode}]", "dim")


def play(episode: Episode, style: Style, console: Console, *, speed: float | None = None, paused: bool = False) -> None:
    """Show the episode on the terminal until it is left with q (or, where no keys can be read, until its end).

    `speed` in steps a second; `paused`: one step for every Enter. Raises InputError where there is no terminal.
    """
    if not can_redraw(console):
        which = f"one that can be drawn on, not TERM={os.environ.get('TERM')}" if console.is_terminal else "a terminal"
        raise InputError(f"playing needs {which}", "--gif or --trace write the run to a file")
    player = Player(episode, style, speed, paused=paused)
    with keyboard() as keys:
        if paused and not keys.works:
            raise InputError("--step needs a terminal to press Enter on", "--watch plays by itself")
        try:
            with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
                _loop(player, live, console, keys)
        except KeyboardInterrupt:
            return


def _loop(player: Player, live: Live, console: Console, keys: Keys) -> None:
    while not player.left:
        live.update(player.draw(console), refresh=True)
        resting = player.paused or player.finished
        if resting and not keys.works:
            return
        due = time.monotonic() + (IDLE if resting else player.pause)
        pressed = keys.wait(max(0.0, due - time.monotonic()))
        for key in pressed:
            player.press(key)
        if not pressed and not resting:
            player.advance()
