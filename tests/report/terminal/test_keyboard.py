"""Keys as terminals send them: together, in pieces, under every name they have."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapscli.report.terminal.keyboard import Keys, decode

# What xterm, tmux and screen, PuTTY, rxvt and the Linux console send, in both cursor modes, and with Ctrl or Shift.
NAMES = {
    "right": ("\x1b[C", "\x1bOC", "\x1b[1;5C"),
    "left": ("\x1b[D", "\x1bOD", "\x1b[1;2D"),
    "home": ("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x1b[1;5H", "\x1b[7;5~"),
    "end": ("\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "\x1b[1;5F"),
    "enter": ("\r", "\n", "\x1bOM"),
    "space": (" ",),
    "q": ("q", "\x03", "\x04"),
    "+": ("+",),
    "ä": ("ä",),
}
UNKNOWN = ("\x1b[A", "\x1b[3~", "\x1b[15;2~", "\x1b[I", "\x1b[57399u", "\x1b[99;3z", "\x1bOP", "\x1bx", "\t", "\x7f")


class Line:
    """A terminal's line, of which `keys` is one end."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.pipe()
        self.keys = Keys(self.ours)

    def send(self, text: str) -> None:
        os.write(self.theirs, text.encode())


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    os.close(line.ours)
    os.close(line.theirs)


@pytest.mark.parametrize("name", NAMES)
def test_a_key_has_one_name_on_every_terminal(name: str, line: Line):
    for sent in NAMES[name]:
        line.send(sent)
        assert line.keys.wait(1) == [name]


def test_keys_that_arrive_together_all_count(line: Line):
    line.send("\n\n\n\n\n")
    assert line.keys.wait(1) == ["enter"] * 5
    line.send("\x1b[C\x1b[1~+ \x1b[4~q")
    assert line.keys.wait(1) == ["right", "home", "+", "space", "end", "q"]
    assert line.keys.wait(0) == []


@pytest.mark.parametrize("sent", UNKNOWN)
def test_an_unknown_key_does_nothing_least_of_all_leave(sent: str, line: Line):
    line.send(sent)
    assert line.keys.wait(1) == []
    assert decode(sent + "+") == (["+"], "")


def test_escape_leaves_alone_or_pressed_twice(line: Line):
    line.send("\x1b")
    assert line.keys.wait(1) == ["q"]
    line.send("\x1b\x1b")
    assert line.keys.wait(1) == ["q", "q"]
    line.send("\x1b\x1b[C")
    assert line.keys.wait(1) == ["q", "right"]


def test_a_slow_line_may_bring_a_key_in_pieces(line: Line):
    def slowly() -> None:
        for piece in ("\x1b", "[", "4", "~"):
            line.send(piece)
            time.sleep(0.01)

    sender = threading.Thread(target=slowly)
    sender.start()
    assert line.keys.wait(1) == ["end"]
    sender.join()


def test_a_terminal_that_went_away_leaves():
    ours, theirs = os.pipe()
    os.write(theirs, b"\x1b[")
    os.close(theirs)
    keys = Keys(ours)
    pressed: list[str] = []
    while not pressed:
        pressed = keys.wait(1)
    assert pressed[0] == "q"
    os.close(ours)
    assert Keys(None).wait(0) == [] and not Keys(None).works


@given(st.lists(st.sampled_from([*(sent for each in NAMES.values() for sent in each), *UNKNOWN])), st.integers(0, 200))
def test_it_does_not_matter_where_the_line_cuts(sent: list[str], cut: int):
    text = "".join(sent)
    first, rest = decode(text[:cut])
    second, left = decode(rest + text[cut:])
    assert first + second == decode(text)[0] and left == ""


@given(st.text(st.sampled_from("\x1b[O1;~Cq \x03\x04ä")))
def test_whatever_arrives_only_the_beginning_of_a_key_is_kept(text: str):
    rest = decode(text)[1]
    assert rest in ("", "\x1b", "\x1bO") or rest.startswith("\x1b[")
