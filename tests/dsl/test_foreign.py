"""What language models and neighbouring tools write: read where the meaning is certain, else told what differs."""

from __future__ import annotations

import pytest

from leapscli.dsl.parser import style_of
from leapscli.dsl.program import Program
from leapscli.errors import ProgramSyntaxError

WALK = "def run():\n    while frontIsClear():\n        move()\n"
WALKED = "DEF run m( WHILE c( frontIsClear c) w( move w) m)"
STANFORD = '''\
from stanfordkarel import *


def main():
    """Karel code goes here."""
    while front_is_clear():
        move()


if __name__ == "__main__":
    run_karel_program()
'''


def body(lines: str) -> str:
    return "def run():\n" + "".join(f"    {line}\n" for line in lines.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        f"```python\n{WALK}```",
        f"```\n{WALKED}\n```\n",
        f"Here it is:\n\n~~~karel\n{WALK}~~~\n\nIt walks to the wall.",
        f"1. A list:\n   ```python\n{''.join(f'   {line}' for line in WALK.splitlines(True))}   ```\n",
        f"```text\nWhat it does\n```\n```python\n{WALK}```",
        f"{WALKED}\n```\n",
        f"{WALK}```",
        f"```python\n{WALK}",
        f"    {WALK}".replace("\n", "\n    "),
        WALK.replace("run():", "run() -> None:"),
        WALK.replace("run()", "main()"),
        WALK.replace("run()", "Run()"),
        f"{WALK}run()\n",
        f'{WALK}\nif __name__ == "__main__":\n    run()\n',
        f"import karel\nfrom karel import *\n{WALK}",
        f'"""A module."""\n{WALK}',
        body('"""Walk to the wall."""\nwhile frontIsClear():\n    "step"\n    move()\n    pass'),
        STANFORD,
        "def run(karel):\n    while karel.front_is_clear():\n        karel.move()\n",
        body("while front_is_clear() == True:\n    move()"),
        body("while frontIsClear() is not False:\n    move()"),
        "DEF RUN M( WHILE C( FRONTISCLEAR C) W( MOVE W) M)",
        "def run m( while c( front_is_clear c) w( Move w) m)",
    ],
)
def test_the_same_program_is_read_however_it_is_wrapped(text: str) -> None:
    assert str(Program.parse(text)) == WALKED


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("turn_left()\nputBeeper()\npick_beeper()", "turnLeft putMarker pickMarker"),
        ("if beepers_present():\n    move()", "IF c( markersPresent c) i( move i)"),
        ("if no_beepers_present():\n    move()", "IF c( noMarkersPresent c) i( move i)"),
        ("if noBeeperPresent():\n    move()", "IF c( noMarkersPresent c) i( move i)"),
        ("if front_is_blocked():\n    move()", "IF c( not c( frontIsClear c) c) i( move i)"),
        ("if not front_is_blocked():\n    move()", "IF c( frontIsClear c) i( move i)"),
        ("if not not leftIsClear():\n    move()", "IF c( not c( not c( leftIsClear c) c) c) i( move i)"),
        ("if leftIsClear() == False:\n    move()", "IF c( not c( leftIsClear c) c) i( move i)"),
        ("if leftIsClear() != True:\n    move()", "IF c( not c( leftIsClear c) c) i( move i)"),
        ("if leftIsClear():\n    pass\nelse:\n    move()", "IF c( not c( leftIsClear c) c) i( move i)"),
        ("if not leftIsClear():\n    pass\nelse:\n    move()", "IF c( leftIsClear c) i( move i)"),
        ("if right_is_blocked():\n    pass\nelse:\n    move()", "IF c( rightIsClear c) i( move i)"),
        ("if leftIsClear():\n    move()\nelse:\n    pass", "IF c( leftIsClear c) i( move i)"),
        ("for i in range(2, 8):\n    move()", "REPEAT R=6 r( move r)"),
        ("for i in range(9, 0, -2):\n    move()", "REPEAT R=5 r( move r)"),
        ("repeat(4):\n    move()", "REPEAT R=4 r( move r)"),
    ],
)
def test_other_spellings_are_read_where_the_meaning_is_certain(written: str, meant: str) -> None:
    program = Program.parse(body(written))
    assert str(program) == f"DEF run m( {meant} m)"
    assert program.body[0].span is not None and program.body[0].span[:2] == (2, 5)


def test_token_form_knows_the_other_spellings() -> None:
    text = "DEF run m( IF c( RightIsBlocked c) i( TurnRight PutBeeper i) REPEAT 3 r( MOVE r) m)"
    meant = "DEF run m( IF c( not c( rightIsClear c) c) i( turnRight putMarker i) REPEAT R=3 r( move r) m)"
    assert str(Program.parse(text)) == meant


@pytest.mark.parametrize(
    ("text", "place", "says", "hint"),
    [
        ("def uturn():\n    turnLeft()\n" + WALK, (1, 5), "only run may be defined", None),
        (WALK + "def turn_around():\n    turnLeft()\n", (4, 5), "only run may be defined", None),
        ("def main():\n    run()\n" + WALK, (1, 5), "only run may be defined", None),
        (body("while frontIsClear() and leftIsClear():\n    move()"), (2, 11), "a perception or not", "nest, one if"),
        (
            body("if frontIsClear() or leftIsClear():\n    move()"),
            (2, 8),
            "a perception or not",
            "another if in the else",
        ),
        (body("while True:\n    move()"), (2, 11), "a perception or not", "no loop is endless"),
        (body("while 1:\n    move()"), (2, 11), "a perception or not", "no loop is endless"),
        (body("for i in range(20):\n    move()"), (2, 14), "range(0) … range(19)", "nest two loops, of 2 and 10"),
        (body("for i in range(23):\n    move()"), (2, 14), "range(0) … range(19)", "nest loops"),
        (body("repeat(20):\n    move()"), (2, 12), "found '20', expected 0 … 19", "nest two loops"),
        (body("repeat 4 times:\n    move()"), (2, 12), "cannot read on at '4'", "for _ in range(3)"),
        (body("pass"), (2, 5), "found 'pass', expected a statement", "no block is empty"),
        (body('"""Only words."""'), (2, 5), "expected a statement", "no block is empty"),
        (body("if frontIsClear():\n    pass"), (3, 9), "found 'pass'", "no block is empty"),
        (body("if frontIsClear():\n    pass\nelse:\n    pass"), (3, 9), "found 'pass'", "no block is empty"),
        (body("turn_around()"), (2, 5), "expected a statement", "turn left twice"),
        (body("while not facing_north():\n    move()"), (2, 15), "a perception or not", "where north is"),
        (body("move()\nreturn"), (3, 5), "found 'return'", "nothing jumps out"),
        (body("while frontIsClear():\n    break"), (3, 9), "found 'break'", "nothing jumps out"),
        (body("i = 0"), (2, 5), "found 'i = 0'", "no variables"),
        (body("print('done')"), (2, 5), "expected a statement", "leaps run shows"),
        (body("run()"), (2, 5), "expected a statement", "does not call itself"),
        (body("while !frontIsClear():\n    move()"), (2, 11), "", "'not' negates"),
        (body("if leftIsClear():\n    move()\nelse if rightIsClear():\n    move()"), (4, 10), "expected :", "elif"),
        (body("while frontIsClear()\n    move()"), (2, 25), "found end of line, expected :", None),
        ("class Karel:\n    def run(self):\n        self.move()\n", (1, 1), "expected def run():", "in no class"),
        ("while frontIsClear():\n    move()\n", (1, 1), "expected def run():", "a program is DEF run m("),
        ("Sure! Here you are.", (1, 1), "expected DEF", "a program is DEF run m("),
        ('{"program_tokens":["DEF"]}', (1, 1), "expected DEF", "JSON is no program"),
        ("`DEF run m( move m)`", (1, 1), "expected DEF", "without quotes"),
        ("DEF run m( IF c( leftIsClear c) i( move i) ELSE e( move e) m)", (1, 44), "found 'ELSE'", "is IFELSE"),
        ("DEF run m( WHILE c( not leftIsClear c) w( move w) m)", (1, 25), "expected c(", "also behind not"),
        ("DEF run m( REPEAT R=3 r( <HOLE> r) m)", (1, 26), "found '<HOLE>', expected a statement", None),
        (f"```python\n{WALK}```\n```python\n{body('jump()')}```", (8, 5), "found 'jump()'", None),
    ],
)
def test_what_the_language_cannot_say_is_told_in_a_few_lines(
    text: str, place: tuple[int, int], says: str, hint: str | None
) -> None:
    with pytest.raises(ProgramSyntaxError) as caught:
        Program.parse(text)
    error = caught.value
    assert (error.line, error.column) == place and says in error.message
    assert len(error.message.splitlines()) == 3 and max(map(len, error.message.splitlines())) < 120
    assert (hint is None and error.hint is None) or (hint is not None and hint in (error.hint or ""))


@pytest.mark.parametrize("opposite", ["noFrontIsClear", "frontIsNotBlocked", "frontIsBlocke", "no_left_is_clear"])
def test_no_hint_suggests_the_opposite_perception(opposite: str) -> None:
    for text in (body(f"if {opposite}():\n    move()"), f"DEF run m( IF c( {opposite} c) i( move i) m)"):
        with pytest.raises(ProgramSyntaxError) as caught:
            Program.parse(text)
        assert caught.value.hint is None


def test_several_programs_are_read_one_behind_another() -> None:
    for text in (
        f"{WALKED}\n{WALKED}",
        f"# one\n\n{WALKED}  # end\n\n\n# two\n{WALKED}\n",
        f"{WALKED} {WALKED}",
        f"{WALK}\n\n{WALK}",
        f"{WALK}run()\n\n{WALK}run()\n",
        f"A:\n```\n{WALKED}\n```\nB:\n```python\n{WALK}```\n",
    ):
        programs = Program.parse_all(text)
        assert [str(program) for program in programs] == [WALKED, WALKED]
        first, second = (program.span for program in programs)
        assert first and second and first < second
        with pytest.raises(ProgramSyntaxError, match="expected end of program") as caught:
            Program.parse(text)
        assert (
            caught.value.found.lower() == "def"
            and caught.value.hint == "several programs: Program.parse_all reads them"
        )
    assert Program.parse_all(WALK) == [Program.parse(WALK)]
    assert style_of(f"A:\n```\n{WALKED}\n```") == "tokens" and style_of(STANFORD) == "python"


@pytest.mark.parametrize(
    "text", ["#" * 60 + "\nx", ("#" * 40 + "\n") * 300, "```\n" * 3000, " \n" * 3000 + "x", "'" * 999]
)
def test_no_text_stops_the_parser_for_good(text: str) -> None:
    with pytest.raises(ProgramSyntaxError):
        Program.parse(text)


@pytest.mark.parametrize("digits", ["9" * 4000, "9" * 6000, "0x" + "f" * 6000, "0,10**9", "0, 9, 0", "²"])
def test_huge_and_odd_numbers_are_errors_of_the_language(digits: str) -> None:
    texts = [body(f"for _ in range({digits}):\n    move()"), body(f"repeat({digits}):\n    move()")]
    for text in [*texts, f"DEF run m( REPEAT R={digits.replace(' ', '')} r( move r) m)"]:
        with pytest.raises(ProgramSyntaxError) as caught:
            Program.parse(text)
        assert len(caught.value.message) < 400


def test_a_long_program_is_read_in_both_forms() -> None:
    tokens = "DEF run m( " + "move " * 5000 + "m)"
    one_line = "def run():\n    'é'; " + "move(); " * 5000
    assert Program.parse(tokens) == Program.parse(one_line) == Program.parse("def run():\n" + "    move()\n" * 5000)
