"""Progress: lines for logs, a bar for terminals, nothing of a user's text taken for markup."""

from __future__ import annotations

import io

from rich.console import Console

from leapscli.report.progress import LineReporter, Pace, RichReporter, progress


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
        reporter.update(2000 * second, loss=0.12345678)
    reporter.note("done")
    assert lines == [
        "programs: 50,000 programs",
        "programs: 20,000 of 50,000 programs, 2,000 a second, 0:00:15 left, loss 0.1235",
        "programs: 40,000 of 50,000 programs, 2,000 a second, 0:00:05 left, loss 0.1235",
        "programs: 50,000 of 50,000 programs, 2,000 a second, loss 0.1235",
        "done",
    ]


def test_what_a_resumed_run_found_done_is_not_its_speed():
    clock = Clock()
    pace = Pace("steps", 1000, "steps", clock)
    pace.amount(500)
    clock.now += 10
    assert pace.amount(600) == "600 of 1,000 steps, 10 a second" and pace.left(600) == "0:00:40 left"


def test_an_unknown_total_has_no_end():
    clock = Clock()
    pace = Pace("search", None, "iterations", clock)
    clock.now += 2
    assert pace.amount(7) == "7 iterations, 3.5 a second" and pace.left(7) == ""


def test_a_terminal_gets_a_bar_and_plain_text_stays_plain():
    screen = io.StringIO()
    with progress(Console(file=screen, force_terminal=True, width=120)) as reporter:
        assert isinstance(reporter, RichReporter)
        reporter.start("train [bold]", 10, "steps")
        reporter.update(5, mode="[red]x")
        reporter.note("saved to [here]")
        reporter.update(10)
    text = screen.getvalue()
    assert "saved to [here]" in text and "train [bold]" in text and "10 of 10 steps" in text


def test_elsewhere_lines_are_not_wrapped():
    screen = io.StringIO()
    with progress(Console(file=screen, width=40)) as reporter:
        reporter.note("x" * 100)
    assert screen.getvalue() == "x" * 100 + "\n"
