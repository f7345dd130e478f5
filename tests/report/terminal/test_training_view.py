"""What a training looks like: the last validations below a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from leapscli.progress import TrainingDone, Validation
from leapscli.report.terminal.training_view import COLUMNS, ROWS, TrainingView, training_view


def console(terminal: bool, width: int = 80, height: int = 24) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=width, height=height), out


def validation(step: int, kept: bool = True, **changes: Any) -> Validation:
    found = {"loss": 0.25, "token_accuracy": 0.9, "reconstruction": 0.8, "reconstruction_long": None,
             "traces_equal": 0.85, "kl": 0.2, "active_units": 144, **changes}  # fmt: skip
    line = {"step": step, "programs": 128 * step, "programs_per_second": 1030.4, "kept": kept, "validation": found}
    return Validation.of(line)


def shown(view: TrainingView, screen: Console, out: io.StringIO) -> list[str]:
    screen.print(view.table())
    return out.getvalue().splitlines()


def test_the_table_has_the_last_validations_with_what_was_measured():
    screen, out = console(False)
    view = TrainingView(screen)
    for i in range(1, 15):
        view.watch(validation(500 * i, kept=i != 13))
    view.watch(validation(1_000_000, action_accuracy=0.775, reconstruction_long=0.5))
    head, *rows = shown(view, screen, out)
    assert " ".join(head.split()) == "step programs loss tokens whole long traces KL active executor per s"
    assert len(rows) == ROWS and rows[0].split()[0] == "3,000"
    assert rows[0].split() == ["3,000", "384k", "0.250", "90.0%", "80.0%", "85.0%", "0.200", "144", "1,030"]
    assert rows[-1].split()[1:2] == ["128.00M"] and "50.0%" in rows[-1] and "77.5%" in rows[-1]
    assert all(len(row) <= 80 for row in rows)


def test_what_was_no_better_is_dim():
    screen, out = console(True)
    view = TrainingView(screen)
    view.watch(validation(1)), view.watch(validation(2, kept=False))
    _, first, second = shown(view, screen, out)
    assert "\x1b[2m" not in first and "\x1b[2m" in second


def test_a_low_screen_gets_fewer_rows_and_before_the_first_validation_there_is_none():
    screen, out = console(False, height=9)
    view = TrainingView(screen)
    assert shown(view, screen, out) == [""]
    for i in range(8):
        view.watch(validation(i))
    view.start("training", 100, "programs")
    view.end()
    out.truncate(0), out.seek(0)
    screen.print(view.render())
    lines = out.getvalue().splitlines()
    assert len(lines) == 9 - 1 and lines[-1].split()[0] == "7"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
def test_a_narrow_screen_gets_whole_columns_those_that_matter_more(width: int):
    screen, out = console(False, width)
    view = TrainingView(screen)
    view.watch(validation(12_000, action_accuracy=0.775, reconstruction_long=0.5))
    head, row = shown(view, screen, out)
    assert {"step", "loss", "whole"} <= set(head.split()) <= {*COLUMNS, "per", "s"}
    assert "…" not in row and len(row) <= width and row.split()[0] == "12,000"
    assert (len(head.split()) == len(COLUMNS) + 1) == (width >= 80)


@pytest.mark.parametrize("terminal", [True, False])
def test_both_views_take_a_whole_training(terminal: bool):
    screen, out = console(terminal, width=120)
    with training_view(screen) as (reporter, watch):
        reporter.note("519,791 weights [so many]")
        reporter.start("training", 3840, "programs")
        reporter.update(TrainingDone(0))  # before the first step there is no loss
        reporter.update(TrainingDone(1280, 2560, loss=1.5))
        watch(validation(20))
        reporter.update(TrainingDone(2560, 2560, loss=1.25, reconstruction=0.8))
    text = out.getvalue()
    assert "519,791 weights [so many]" in text and "1.25" in text
    assert ("traces" in text) == terminal and ("\x1b[" in text) == terminal
