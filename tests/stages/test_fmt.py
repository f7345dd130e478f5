"""Formatting keeps the program and its comments, and has nothing to do the second time."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapscli.dsl.parser import parse_all, style_of
from leapscli.dsl.program import Program
from leapscli.dsl.text import decode
from leapscli.errors import InputError, LeapsError, ProgramSyntaxError
from leapscli.stages.fmt import format_bytes, format_files, format_text
from leapscli.stages.user_files import write_output
from tests.strategies import programs, seeded
from tests.texts import texts

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


@settings(seeded, max_examples=600)
@given(texts, st.sampled_from((None, "tokens", "python")))
def test_any_text_is_programs_or_an_error_and_fmt_twice_is_fmt_once(text, style):
    try:
        programs = parse_all(text)
    except LeapsError as error:
        assert len(error.message) < 500
        with pytest.raises(type(error)):
            format_text(text, style)
        return
    formatted = format_text(text, style)
    assert parse_all(formatted) == programs
    assert format_text(formatted, style) == format_text(formatted) == formatted


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogatepass")


@settings(seeded, max_examples=300)
@given(st.one_of(st.binary(max_size=40), st.builds(_encoded, texts, st.sampled_from(("utf-8-sig", "utf-16")))))
def test_any_bytes_are_programs_or_an_error_and_fmt_twice_is_fmt_once(content):
    try:
        formatted = format_bytes(content)
    except LeapsError:
        return
    assert format_bytes(formatted) == formatted
    assert parse_all(decode(formatted)) == parse_all(decode(content))


def test_a_carriage_return_behind_a_comment_destroys_nothing(tmp_path):
    path = tmp_path / "program.txt"
    path.write_bytes(b"DEF run m( # a\rmove m)")
    assert format_files([path], None, write=True)[0].changed
    assert path.read_text() == "DEF run m(  # a\n    move\nm)\n"
    assert not format_files([path], None, write=True)[0].changed


def test_a_byte_order_mark_goes_and_the_form_stays():
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert format_bytes("def run():\n  move()".encode(encoding)) == b"def run():\n    move()\n"


def test_line_ends_stay_as_the_first_one_is(tmp_path):
    assert format_bytes(b"DEF run m(\r\nmove\nm)") == b"DEF run m(\r\n    move\r\nm)\r\n"
    for content in (b"DEF run m(\nmove\r\nm)", b"DEF run m(\rmove\rm)"):
        assert format_bytes(content) == b"DEF run m(\n    move\nm)\n"


def test_several_programs_are_all_formatted_and_a_line_each_stays_a_line_each():
    apart = "# one\nDEF run m(\n    move\nm)\n\n# two\nDEF run m(\n    turnLeft  # left\nm)\n"
    assert format_text("# one\nDEF run m(\nmove m)\n# two\nDEF run m( turnLeft # left\n m)") == apart
    listed = "# one\nDEF run m( move m)  # a\n\n# two\nDEF run m( turnLeft m)\n"
    assert format_text("# one\nDEF run m(move m)# a\n\n\n# two\nDEF  run m(turnLeft m)") == listed
    python = "def run():\n    move()\n\ndef run():\n    turnLeft()\n"
    assert format_text("DEF run m( move m)\nDEF run m( turnLeft m)", "python") == python == format_text(python)


def test_what_stands_around_code_fences_stays_as_it_is():
    text = "Try:\n\n  ```python\n  def run():\n    move()\n  ```\n\n\nor  this\n```\nDEF run m( move m)\n```\n"
    clean = "Try:\n\n  ```python\n  def run():\n      move()\n  ```\n\n\nor  this\n```\nDEF run m(\n    move\nm)\n```\n"
    assert format_text(text) == clean == format_text(clean)


def test_docstrings_become_comments_and_what_says_nothing_goes():
    text = (
        '"""About."""\nimport x\ndef main():  # m\n  """Go.\n\n     Far # on."""\n  pass\n  move()\nmain()  # go\n#end'
    )
    clean = "# About.\ndef run():  # m\n    # Go.\n    #\n    # Far # on.\n    move()  # go\n# end\n"
    assert format_text(text) == clean == format_text(clean)


def test_comments_keep_their_indentation_and_characters():
    text = "# Plan:\n#   - ｇo  far\n#\ttab\nDEF run m(\n    move\nm)\n"
    assert format_text(text) == text.replace("#\ttab", "# \ttab")


def test_an_error_in_a_code_fence_names_the_line_of_the_file():
    with pytest.raises(ProgramSyntaxError, match="line 4, column 12: found 'jump'"):
        format_text("Try\nthis:\n```\nDEF run m( jump m)\n```\n")


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path, monkeypatch):
    path = tmp_path / "program.txt"
    path.write_text(MESSY)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(LeapsError, match="cannot be written: no space left"):
        format_files([path], None, write=True)
    assert path.read_text() == MESSY and [each.name for each in tmp_path.iterdir()] == ["program.txt"]


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


def test_an_artifact_is_not_formatted(tmp_path):
    path = tmp_path / "program.txt"
    path.write_text(MESSY)
    (tmp_path / "manifest.yaml").write_text("schema: 1\n")
    with pytest.raises(InputError, match="part of an artifact, which never changes"):
        format_files([path], None, write=True)
    assert path.read_text() == MESSY and format_files([path], None, write=False)[0].changed


def test_devices_are_written_to_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_output(pipe, b"text")
    assert os.read(reader, 10) == b"text" and pipe.is_fifo()
    os.close(reader)
