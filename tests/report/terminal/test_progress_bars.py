"""Progress: lines for logs, a bar for terminals, nothing of a user's text taken for markup."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from leapscli.progress import Done, TrainingDone
from leapscli.report.terminal.pace import Pace, duration
from leapscli.report.terminal.progress_bars import BarReporter, LineReporter, progress


class Clock:
    """A clock that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_log_gets_a_line_at_the_start_every_ten_seconds_and_at_the_end():
    lines, clock = [], Clock()
    reporter = LineReporter(lines.append, clock)
    reporter.start("programs", 50_000, "programs")
    for second in range(1, 26):
        clock.now += 1
        reporter.update(TrainingDone(2000 * second, loss=0.12345678))
    reporter.note("done")
    assert lines == [
        "programs: 50,000 programs",
        "programs: 20,000 of 50,000 programs, 2,000 a second, 15 s left, loss 0.1235",
        "programs: 40,000 of 50,000 programs, 2,000 a second, 5 s left, loss 0.1235",
        "programs: 50,000 of 50,000 programs, 2,000 a second, loss 0.1235",
        "done",
    ]


def test_what_a_resumed_run_found_done_is_not_its_speed():
    clock = Clock()
    pace = Pace("steps", 1000, "steps", clock)
    pace.update(Done(500))
    clock.now += 10
    pace.update(Done(600))
    assert (pace.amount, pace.speed, pace.left) == ("600 of 1,000 steps", "10 a second", "40 s left")


def test_an_unknown_total_has_no_end():
    clock = Clock()
    pace = Pace("search", None, "iterations", clock)
    clock.now += 2
    pace.update(Done(7))
    assert (pace.amount, pace.speed, pace.left, pace.share) == ("7 iterations", "3.5 a second", "", None)


def test_no_more_is_done_than_there_is():
    """A resumed training had been stopped beyond the end that it foresaw."""
    pace = Pace("training", 28_864, "programs")
    pace.update(Done(29_184))
    assert pace.amount == "29,184 of 29,184 programs" and pace.share == 1


def test_time_passes_no_more_once_all_is_done():
    clock = Clock()
    pace = Pace("steps", 10, "steps", clock)
    clock.now += 4
    pace.update(Done(10))
    clock.now += 60
    assert (pace.took, pace.speed, pace.left) == ("4.0 s", "2.5 a second", "")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_time_left_is_on_the_terminal_also_while_the_end_moves(width: int):
    clock = Clock()
    view = BarReporter(Console(file=io.StringIO(), width=width), clock)
    view.start("training", 28_864, "programs")
    for second in range(1, 11):
        clock.now += 1
        view.update(TrainingDone(1000 * second, 20_000 + second, loss=0.5))
    shown = view.bars().plain
    assert "10 s left" in shown and "10,000 of 20,010 programs" in shown and "loss 0.5" in shown
    assert all(len(line) <= width for line in shown.splitlines())
    assert len(shown.splitlines()) == {40: 3, 80: 2, 200: 1}[width]
    view.end()


def test_a_terminal_gets_a_bar_and_plain_text_stays_plain():
    screen = io.StringIO()
    with progress(Console(file=screen, force_terminal=True, width=120)) as reporter:
        assert isinstance(reporter, BarReporter)
        reporter.start("train [bold]", 10, "steps")
        reporter.update(Done(5))
        reporter.note("saved to [here]")
        reporter.update(Done(10))
    text = screen.getvalue()
    assert "saved to [here]" in text and "train [bold]" in text and "10 of 10 steps" in text


def test_a_terminal_that_cannot_be_drawn_on_gets_lines():
    screen = io.StringIO()
    with progress(Console(file=screen, force_terminal=True, _environ={"TERM": "dumb"})) as reporter:
        reporter.start("generating", 10, "programs")
        reporter.update(Done(10))
    assert screen.getvalue().splitlines()[0] == "generating: 10 programs" and "\x1b" not in screen.getvalue()


def test_elsewhere_lines_are_not_wrapped():
    screen = io.StringIO()
    with progress(Console(file=screen, width=40)) as reporter:
        reporter.note("x" * 100)
    assert screen.getvalue() == "x" * 100 + "\n"


def test_durations():
    assert [duration(s) for s in (0.04, 8.21, 59.96, 65, 7265)] == ["0.0 s", "8.2 s", "1:00", "1:05", "2:01:05"]
    assert [duration(s, digits=0) for s in (8.4, 59.6, 61)] == ["8 s", "1:00", "1:01"]
