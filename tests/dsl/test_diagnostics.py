"""A syntax error says where, what was found, what was expected, shows the line, and guesses what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapscli.dsl.differences import EMPTY, ENDLESS, FORMS, NO_VARIABLES
from leapscli.dsl.grammar import allowed_next
from leapscli.dsl.program import Program
from leapscli.dsl.published import TOKENS
from leapscli.errors import ProgramSyntaxError
from tests.strategies import programs, seeded


def error(text: str) -> ProgramSyntaxError:
    with pytest.raises(ProgramSyntaxError) as caught:
        Program.parse(text)
    return caught.value


TWO_LOOPS = "nest two loops, of 2 and 10"

TOKEN_FORM = [
    # text, line, column, found, what the first line says after the place, hint
    ("", 1, 1, "end of program", "found end of program, expected DEF", FORMS),
    ("# nothing\n", 1, 1, "end of program", "found end of program, expected DEF", FORMS),
    ("public void run()", 1, 1, "public", "found 'public', expected DEF", FORMS),
    ("DEF run m( mvoe m)", 1, 12, "mvoe", "found 'mvoe', expected a statement", "did you mean 'move'?"),
    ("DEF run m(\n  move\n", 2, 7, "end of program", "found end of program, expected a statement or m)", None),
    ("DEF run m( m)", 1, 12, "m)", "found 'm)', expected a statement", None),
    ("DEF run m( move m) move", 1, 20, "move", "found 'move', expected end of program", None),
    ("DEF run m( move m) <pad>", 1, 20, "<pad>", "found '<pad>', expected end of program", None),
    (
        "DEF run m( REPEAT R=20 r( move r) m)",
        1,
        19,
        "R=20",
        "found 'R=20', expected R=0 … R=19",
        TWO_LOOPS,
    ),
    ("DEF run m( whlie", 1, 12, "whlie", "found 'whlie', expected a statement", "did you mean 'WHILE'?"),
    ("DEF run m( IF c( frntIsClear c)", 1, 18, "frntIsClear", "a perception or not", "did you mean 'frontIsClear'?"),
    ("DEF run m( WHILE c( leftIsClear )", 1, 33, ")", "found ')', expected c)", "did you mean 'c)'?"),
    ("DEF run m (", 1, 9, "m", "found 'm', expected m(", "did you mean 'm('?"),
]
PYTHON_FORM = [
    ("def run():\n\tmvoe()", 2, 2, "mvoe()", "found 'mvoe()', expected a statement", "did you mean 'move()'?"),
    ("def run():\n  move", 2, 3, "move", "found 'move', expected move()", "did you mean 'move()'?"),
    ("def run():\n  pass", 2, 3, "pass", "found 'pass', expected a statement", EMPTY),
    ("def run():\n  'é'; import os", 2, 8, "import os", "found 'import os', expected a statement", None),
    ("def run():\n  move(); x = 1", 2, 11, "x = 1", "found 'x = 1', expected a statement", NO_VARIABLES),
    ("def run():\n  move(3)", 2, 8, "3", "found '3', expected )", None),
    ("def run():\n  frontIsClear()", 2, 3, "frontIsClear()", "expected a statement", None),
    ("def run():\n  while True:\n    move()", 2, 9, "True", "found 'True', expected a perception or not", ENDLESS),
    ("def run():\n  while move():\n    move()", 2, 9, "move()", "expected a perception or not", None),
    (
        "def run():\n  for _ in range(20):\n    move()",
        2,
        12,
        "range(20)",
        "expected range(0) … range(19)",
        TWO_LOOPS,
    ),
    ("def run():\n  for _ in range(True):\n    move()", 2, 12, "range(True)", "expected range(0) …", None),
    ("def run():\n  for a, b in range(3):\n    move()", 2, 7, "a, b", "found 'a, b', expected _", None),
    ("def run():\n  while leftIsClear():\n    move()\n  else:\n    move()", 5, 5, "move()", "only an 'if'", None),
    ("def rnu():\n  move()", 1, 5, "rnu", "found 'rnu', expected run", "did you mean 'run'?"),
    ("def run(x, y):\n  move()", 1, 5, "run", "'run' takes no arguments", None),
    ("@cache\ndef run():\n  move()", 1, 2, "cache", "expected def run():", None),
    ("move()", 1, 1, "move()", "found 'move()', expected def run():", FORMS),
    ("def run():\n  move()\nmove()", 3, 1, "move()", "found 'move()', expected end of program", None),
    ("def run()\n  move()", 1, 10, "end of line", "expected :", None),
    ("def run():\n", 1, 11, "end of program", "expected a statement", None),
    ("def run():\n  move(", 2, 7, "(", "'(' was never closed", None),
    ("def run():\n  if é():\n    move()", 2, 6, "é()", "expected a perception or not", None),
    ("def run():\n  move()\0", 2, 9, "\0", "the character U+0000 is no text", "save it as UTF-8"),
]


@pytest.mark.parametrize(("text", "line", "column", "found", "says", "hint"), TOKEN_FORM + PYTHON_FORM)
def test_message(text: str, line: int, column: int, found: str, says: str, hint: str | None) -> None:
    caught = error(text)
    assert (caught.line, caught.column, caught.found) == (line, column, found)
    first, shown, caret = caught.message.split("\n")
    assert first.startswith(f"line {line}, column {column}: ") and says in first
    assert caret.strip() == "^" and len(caret) <= len(shown) + 1
    assert caught.hint == hint


def test_caret_stands_under_what_was_found() -> None:
    long = "DEF run m( " + "move " * 40 + "jump " + "move " * 40 + "m)"
    for text in ("DEF run m(\n\t\tmove jump\nm)", long, "    DEF run m( jump m)"):
        _, shown, caret = error(text).message.split("\n")
        assert shown[caret.index("^") :].startswith("jump")
        assert len(shown) < 90


def test_runaway_nesting_is_an_error_of_the_language_not_of_python() -> None:
    deep = ["DEF run m( " + "IF c( leftIsClear c) i( " * 50_000]
    deep += ["DEF run m( IF c( " + "not c( " * 50_000]
    deep += ["def run():\n  if " + "not " * n + "leftIsClear():\n    move()" for n in (70, 500, 50_000)]
    deep += ["def run():\n" + "".join(" " * i + "if leftIsClear():\n" for i in range(1, n)) for n in (90, 300)]
    deep += ["def run():\n  if " + "(" * 5000]
    for text in deep:
        assert error(text).exit_code == 2


@seeded
@given(programs(max_tokens=60), st.data())
def test_expected_is_what_the_grammar_allows(program: Program, data: st.DataObject) -> None:
    """Break a program at a random place: the error is at that place or later, and `expected` agrees with the mask."""
    tokens = list(program.tokens)
    at = data.draw(st.integers(0, len(tokens) - 1))
    tokens[at] = data.draw(st.sampled_from(TOKENS[:-1]))
    try:
        Program.parse(" ".join(tokens))
    except ProgramSyntaxError as caught:
        wrong = " ".join(tokens)[: caught.column - 1].split()
        assert len(wrong) >= at
        assert set(caught.expected) == {"end of program" if t == "<pad>" else t for t in allowed_next(wrong)}


@seeded
@given(st.text(alphabet=st.sampled_from("defrunmov()c: \n\t#wWHILE=R09_'\"\\é\0"), max_size=60))
def test_any_text_is_a_program_or_a_syntax_error(text: str) -> None:
    for source in (text, "def run():\n  " + text, "DEF run m( " + text):
        try:
            Program.parse(source)
        except ProgramSyntaxError as caught:
            assert caught.line >= 1 and caught.column >= 1
