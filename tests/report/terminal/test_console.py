"""Sizes that can always be drawn on, whatever the environment says."""

from __future__ import annotations

import io

import pytest

from leapscli.report.terminal.console import USUAL, can_redraw, margin, screen


@pytest.fixture(autouse=True)
def file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    monkeypatch.setattr("rich.console._STD_STREAMS", ())
    for name in ("COLUMNS", "LINES", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("told", "width"), [("0", 80), ("1", 80), ("19", 80), ("20", 20), ("300", 300), ("x", 80)])
def test_unusable_columns_fall_back(told: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", told)
    monkeypatch.setenv("LINES", "1")
    assert screen().size == (width, USUAL.height) == screen().options.size
    assert screen().width == width


def test_a_width_that_is_set_is_kept() -> None:
    console = margin()
    console.size = (33, 11)
    assert console.size == (33, 11)


def test_a_dumb_terminal_is_as_wide_as_it_is_and_is_not_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("os.get_terminal_size", lambda descriptor: (44, 22))
    console = screen()
    monkeypatch.setattr(console.file, "fileno", lambda: 1)
    monkeypatch.setattr(console.file, "isatty", lambda: True)
    assert console.size == (44, 22) and not can_redraw(console)
