"""Formatting keeps the program and its comments, and has nothing to do the second time."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapscli.dsl.parser import style_of
from leapscli.dsl.program import Program
from leapscli.errors import InputError, ProgramSyntaxError
from leapscli.stages.files import write_output
from leapscli.stages.fmt import format_files, format_text
from tests.strategies import programs, seeded

MESSY = """\

# What it does.
#more

DEF run m(   # start
   move # a
   # own line


   IFELSE c( frontIsClear c) i(

     move
     # end of then
   i)
   ELSE e( turnLeft e)
m) # end
# tail
"""
CLEAN = """\
# What it does.
# more

DEF run m(  # start
    move  # a
    # own line

    IFELSE c( frontIsClear c) i(
        move
    i)
    ELSE e(
        # end of then
        turnLeft  # end
    e)
m)
# tail
"""


def test_layout_and_comments():
    assert format_text(MESSY) == CLEAN
    assert format_text(CLEAN) == CLEAN


def test_from_one_form_to_the_other_and_back():
    python = format_text(MESSY, "python")
    assert "def run():  # start\n    move()  # a\n" in python
    assert style_of(python) == "python" and style_of(CLEAN) == "tokens"
    assert format_text(python, "tokens") == CLEAN


@seeded
@given(programs(max_tokens=60), st.sampled_from(("tokens", "python")), st.sampled_from(("tokens", "python")), st.data())
def test_nothing_is_lost_whatever_the_comments(program, style, wanted, data):
    lines = program.pretty(style).splitlines()
    for number in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(lines)))
        if data.draw(st.booleans()) and at < len(lines):
            lines[at] += f" # note {number}."
        else:
            lines[at:at] = data.draw(st.sampled_from(([f"# note {number}."], ["", ""], [f"  #note {number}.", ""])))
    text = "\n".join(lines)
    result = format_text(text, wanted)
    assert Program.parse(result) == program
    assert style_of(result) == wanted
    notes = [sorted(re.findall(r"note \d+\.", each)) for each in (text, result)]
    assert notes[0] == notes[1]
    assert format_text(result) == result


def test_a_mistake_in_one_file_leaves_all_as_they_were(tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(MESSY)
    bad.write_text("DEF run m( mvoe m)")
    with pytest.raises(ProgramSyntaxError, match=r"bad\.txt: line 1, column 12: found 'mvoe'"):
        format_files([good, bad], None, write=True)
    assert good.read_text() == MESSY
    with pytest.raises(InputError, match="no such file"):
        format_files([good, tmp_path / "none"], None, write=True)
    assert good.read_text() == MESSY


def test_files_keep_their_mode_and_links_stay_links(tmp_path):
    path, link = tmp_path / "program.txt", tmp_path / "link"
    path.write_text(MESSY)
    path.chmod(0o640)
    link.symlink_to(path)
    (result,) = format_files([link], None, write=True)
    assert result.changed and path.read_text() == CLEAN
    assert link.is_symlink() and path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "program.txt"]


def test_devices_are_written_to_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_output(pipe, b"text")
    assert os.read(reader, 10) == b"text" and pipe.is_fifo()
    os.close(reader)
