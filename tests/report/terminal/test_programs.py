"""Programs in colour: the text is the program's, the parts are told apart, the lit line is lit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leapscli.dsl.printer import layout
from leapscli.dsl.program import Program
from leapscli.report.palette import LIT_STYLE, SYNTAX, SYNTAX_STYLE
from leapscli.report.terminal.programs import around, highlight, parts, show
from tests.strategies import programs, seeded


@seeded
@given(programs(max_tokens=60), st.sampled_from(("tokens", "python")))
def test_colours_change_no_letter(program, style):
    assert show(program, style).plain + "\n" == program.pretty(style)
    for line in layout(program, style)[0]:
        pieces = list(parts(line))
        assert "".join(text for text, _ in pieces) == line
        assert {kind for _, kind in pieces} <= set(SYNTAX) == set(SYNTAX_STYLE)


def test_kinds():
    kinds = dict(parts("WHILE c( not c( frontIsClear c) c) w(  # a note"))
    assert kinds["WHILE"] == kinds["not"] == "keyword" and kinds["frontIsClear"] == "perception"
    assert kinds["c"] == kinds["w"] == kinds["("] == "bracket" and kinds["# a note"] == "comment"
    assert dict(parts("REPEAT R=12 r("))["R=12"] == "number"
    assert dict(parts("    for _ in range(3):"))["3"] == "number"
    assert dict(parts("move()"))["move"] == "action"


def test_one_line_is_lit():
    lines, line_of = layout(Program.parse("DEF run m( move turnLeft m)"), "tokens")
    text = highlight(lines, line_of[2])
    assert text.plain.split("\n")[2] == "▸     turnLeft"
    lit = [text.plain[span.start : span.end] for span in text.spans if span.style == LIT_STYLE]
    assert lit == ["turnLeft"]
    assert LIT_STYLE not in {span.style for span in highlight(lines, -1).spans}


@seeded
@given(st.integers(1, 60), st.integers(0, 59), st.integers(1, 30))
def test_the_part_around_a_line_holds_it(count, lit, room):
    lines, lit = [str(i) for i in range(count)], min(lit, count - 1)
    first, part = around(lines, lit, room)
    assert len(part) == min(room, count) and list(part) == lines[first : first + len(part)] and str(lit) in part
