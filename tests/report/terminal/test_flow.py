"""Pieces of text beside one another: on as few lines as there is room for, none of them broken."""

from __future__ import annotations

import pytest

from leapscli.report.terminal.flow import flow, progress_bar


@pytest.mark.parametrize(
    ("width", "lines"),
    [(40, ["one  two words  three"]), (15, ["one  two words", "three"]), (3, ["one", "two words", "three"])],
)
def test_a_line_is_begun_where_a_piece_would_not_fit(width, lines):
    assert flow(["one", "", "two words", "three"], width).plain.splitlines() == lines


def test_a_bar_shows_without_colours():
    assert [progress_bar(share, 4).plain for share in (None, 0.5, 7)] == ["┄┄┄┄", "━━┄┄", "━━━━"]
