"""Tables: beside one another where that can be read, else row by row."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from leapscli.report.terminal.tables import Rows

TITLES = ("task", "searcher", "return")
ROWS = [("maze", "scheduled-hill-climbing", "0.981 ± 0.012"), ("harvester", "cem", "1.000")]


def shown(rows: Rows, width: int, terminal: bool = True) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    console.print(rows)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("numbers", [True, False])
def test_a_table_that_fits_has_its_columns_side_by_side(numbers: bool) -> None:
    head, *rows = shown(Rows(TITLES, ROWS, numbers=numbers), 80)
    assert head.split() == list(TITLES)
    assert [row.split()[:2] for row in rows] == [list(row[:2]) for row in ROWS]


@pytest.mark.parametrize("numbers", [True, False])
def test_one_that_does_not_has_its_rows_one_below_the_other_and_nothing_is_cut(numbers: bool) -> None:
    lines = shown(Rows(TITLES, ROWS, numbers=numbers), 40)
    assert lines[0] == "maze" and lines[3] == "harvester" and len(lines) == 6
    assert lines[1].split() == ["searcher", "scheduled-hill-climbing"] and lines[2].endswith("0.981 ± 0.012")


def test_sentences_are_not_squeezed_into_a_word_a_line() -> None:
    lines = shown(Rows(("task", "goal"), [("stairclimber", "Climb the stairs to the marker.")]), 30)
    assert lines == ["stairclimber", "  goal  Climb the stairs to", "        the marker."]


def test_a_file_gets_the_table_as_it_is() -> None:
    assert shown(Rows(TITLES, ROWS), 45, terminal=False)[0].split() == list(TITLES)
