"""parse ∘ print is the identity, in token form, Python form and ids; the parser's verdicts are the recorded ones."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from leapscli.dsl.parser import parse
from leapscli.dsl.printer import layout
from leapscli.dsl.program import Program
from leapscli.dsl.python_form import parse_python
from leapscli.dsl.tree import Action, If, IfElse, Not, Perception, Repeat, While
from leapscli.errors import ProgramSyntaxError
from tests import ROOT
from tests.strategies import programs, seeded

GOLDEN = ROOT / "tests" / "golden"


def golden(name: str) -> list[dict[str, Any]]:
    with gzip.open(GOLDEN / f"{name}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def test_verdicts_are_the_recorded_ones() -> None:
    records = golden("parse")
    assert len(records) == 137
    for record in records:
        try:
            accepted = str(parse(record["tokens"])) == record["tokens"]
        except ProgramSyntaxError:
            accepted = False
        assert accepted == record["valid"], record["tokens"]


@pytest.mark.parametrize("name", ["traces", "task_returns"])
def test_every_recorded_program_survives_every_surface(name: str) -> None:
    for text in {record["program"] for record in golden(name)}:
        program = Program.parse(text)
        assert str(program) == text
        assert Program.parse(program.pretty("python")) == Program.parse(program.pretty("tokens")) == program


@seeded
@given(programs())
def test_print_then_parse_is_the_identity(program: Program) -> None:
    assert Program.parse(str(program)) == program
    assert Program.parse(program.pretty("tokens")) == program
    assert Program.parse(program.pretty("python")) == program
    assert Program.from_ids(program.ids) == program
    assert Program.from_ids([*program.ids.tolist(), 50, 50]) == program


@seeded
@given(programs(max_tokens=45))
def test_parse_then_print_is_the_identity(program: Program) -> None:
    """On text that is already canonical, in each surface."""
    assert len(program.tokens) == len(program.ids) <= 45
    assert str(Program.parse(str(program))) == str(program)
    for style in ("tokens", "python"):
        assert Program.parse(program.pretty(style)).pretty(style) == program.pretty(style)


@seeded
@given(programs())
def test_layout_and_spans_say_where_nodes_are(program: Program) -> None:
    for style in ("tokens", "python"):
        lines, line_of = layout(program, style)
        read = Program.parse("\n".join(lines))
        nodes = list(read.walk())
        assert sorted(line_of) == list(range(len(nodes)))
        for i, node in enumerate(nodes):
            assert node.span is not None and node.span.line == line_of[i] + 1
            if isinstance(node, Action | Perception):
                text = lines[line_of[i]][node.span.column - 1 : node.span.end_column - 1]
                assert text.removesuffix("()") == node.name


def test_walk_is_the_order_of_the_text() -> None:
    inside = If(Not(Perception("markersPresent")), (Action("putMarker"),))
    program = Program((Repeat(3, (inside, Action("move"))), Action("turnLeft")))
    repeat = program.body[0]
    condition = inside.condition
    names = [program, repeat, inside, condition, Perception("markersPresent")]
    assert list(program.walk()) == [*names, Action("putMarker"), Action("move"), Action("turnLeft")]


def test_white_space_and_comments_are_free() -> None:
    text = "\ufeff# a comment\r\nDEF run\tm(move # WHILE\n\n  IF c(leftIsClear c) i(move i)m) # done"
    assert str(Program.parse(text)) == "DEF run m( move IF c( leftIsClear c) i( move i) m)"
    python = "# one\n\ndef run():  # two\n\n  move(); move()\n  # three\n  if (not leftIsClear()): move()\n"
    assert str(Program.parse(python)) == "DEF run m( move move IF c( not c( leftIsClear c) c) i( move i) m)"


def test_elif_is_an_else_that_holds_an_if() -> None:
    chain = "def run():\n if leftIsClear():\n  move()\n elif rightIsClear():\n  turnLeft()\n else:\n  putMarker()\n"
    inner = IfElse(Perception("rightIsClear"), (Action("turnLeft"),), (Action("putMarker"),))
    assert Program.parse(chain).body == (IfElse(Perception("leftIsClear"), (Action("move"),), (inner,)),)


def test_python_form_is_never_executed(tmp_path: Path) -> None:
    with pytest.raises(ProgramSyntaxError):
        parse_python(f"def run():\n    open({str(tmp_path / 'made')!r}, 'w')\n")
    assert not (tmp_path / "made").exists()


def test_programs_nest_64_levels_in_both_forms_and_no_deeper() -> None:
    program = Program((Action("move"),))
    for _ in range(64):
        program = Program((While(Perception("frontIsClear"), program.body),))
    assert Program.parse(str(program)) == Program.parse(program.pretty("python")) == program
    for deeper in (Program((If(Perception("leftIsClear"), program.body),)), _nots(64)):
        for text in (str(deeper), deeper.pretty("python")):
            with pytest.raises(ProgramSyntaxError, match="nested deeper than 64 levels"):
                Program.parse(text)
    assert Program.parse(_nots(63).pretty("python")) == Program.parse(str(_nots(63)))


def _nots(count: int) -> Program:
    condition: Not | Perception = Perception("leftIsClear")
    for _ in range(count):
        condition = Not(condition)
    return Program((If(condition, (Action("move"),)),))


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (lambda: Action("jump"), "'jump' is no action"),
        (lambda: Perception("move"), "'move' is no perception"),
        (lambda: Repeat(20, (Action("move"),)), "0 to 19 times, not 20"),
        (lambda: Program(()), "empty"),
        (lambda: IfElse(Perception("leftIsClear"), (Action("move"),), ()), "empty"),
    ],
)
def test_no_tree_outside_the_language_exists(build: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        build()


def test_ids_that_spell_no_program_are_refused() -> None:
    for ids in ([], [50], [0, 1, 2, 3], [0, 1, 2, 4, 3, 4], [0, 1, 2, 4, 50, 3], [0, 1, 2, 99, 3], [-1]):
        with pytest.raises(ProgramSyntaxError):
            Program.from_ids(np.array(ids, np.int64))


def test_the_tree_loads_neither_numba_nor_torch() -> None:
    code = (
        "import sys; from leapscli.dsl.program import Program; import leapscli.dsl.batch, leapscli.dsl.sampler;"
        "Program.parse('def run():\\n  move()').pretty('python'); print({'numba', 'torch'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
