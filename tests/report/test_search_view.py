"""What a search looks like: numbers, time left, and a result that is a program wherever it is piped to."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from leapscli.dsl.program import Program
from leapscli.report.search_view import (
    STOPPED,
    SearchLines,
    SearchView,
    duration,
    search_view,
    show_result,
    sparkline,
)
from leapscli.search.protocol import StopReason

PROGRAM = Program.parse("DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft m)")
FIELDS = {"best": 0.5, "mean": 0.125, "distinct": 30, "evaluations": 1200, "sigma": 0.25, "program": str(PROGRAM)}


def console(terminal: bool) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=100, height=40), out


def test_every_reason_to_stop_has_words():
    assert set(STOPPED) == {str(reason) for reason in StopReason}


def test_elsewhere_than_on_a_terminal_a_line_appears_every_ten_seconds():
    now, lines = [0.0], []
    view = SearchLines(lines.append, clock=lambda: now[0])
    view.start("synthesize maze", 1000, "iterations")
    for i in range(1, 26):
        now[0] += 1
        view.update(i, **FIELDS | {"seconds": float(i), "evaluations": 100 * i})
    view.note("done")
    assert lines[0] == "synthesize maze: at most 1,000 iterations" and lines[-1] == "done"
    assert len(lines) == 4
    assert lines[1] == (
        "iteration 10 of 1,000: best 0.500, mean 0.125, distinct 30, programs 1,000, a second 100, sigma 0.25, "
        "time 10.0 s, left 16:30"
    )


def test_time_left_is_the_sooner_of_iterations_and_time():
    view = SearchLines(lambda line: None, max_time=60.0)
    view.start("x", 1000, "iterations")
    assert view.update(1, **FIELDS | {"seconds": 1.0}) is None
    view.update(11, **FIELDS | {"seconds": 2.0})  # ten iterations a second
    assert view.left() == pytest.approx(58.0)
    view.update(951, **FIELDS | {"seconds": 50.0})
    assert view.left() == pytest.approx(49 / (950 / 49))


def test_a_resumed_search_tells_its_own_speed():
    view = SearchLines(lambda line: None)
    view.start("x", 1000, "iterations")
    view.update(501, **FIELDS | {"seconds": 100.0, "evaluations": 90_000})
    view.update(502, **FIELDS | {"seconds": 101.0, "evaluations": 90_050})
    assert view.rate() == pytest.approx(50)


def test_the_live_view_shows_numbers_and_the_best_program():
    screen, out = console(True)
    view = SearchView(screen)
    screen.print(view.render())
    assert "preparing" in out.getvalue()
    view.start("synthesize maze", 1000, "iterations")
    for i, best in enumerate((0.1, 0.5, 0.5, 1.0), 1):
        view.update(i, **FIELDS | {"best": best, "seconds": float(i)})
    screen.print(view.render())
    shown = out.getvalue()
    for text in ("synthesize maze", "4 of 1,000 iterations", "1.000", "frontIsClear", "▁▄▄█"):
        assert text in shown


def test_a_long_program_is_cut_to_the_screen():
    screen, out = console(True)
    view = SearchView(screen)
    view.start("x", 10, "iterations")
    long = Program.parse("DEF run m( " + "move " * 40 + "m)")
    view.update(1, **FIELDS | {"seconds": 1.0, "program": str(long)})
    screen.print(view.render())
    assert "more lines" in out.getvalue() and len(out.getvalue().splitlines()) < 24


@pytest.mark.parametrize("terminal", [True, False])
def test_both_views_take_a_whole_search(terminal):
    screen, out = console(terminal)
    with search_view(screen) as view:
        view.start("synthesize maze", 2, "iterations")
        view.update(1, **FIELDS | {"seconds": 0.5})
        view.note("a note [with brackets]")
    assert "a note [with brackets]" in out.getvalue()


def test_a_result_that_is_piped_is_a_program():
    screen, out = console(False)
    show_result(screen, PROGRAM, {"return": "1.000 [on 32]", "next": "leaps run " + "x" * 200})
    assert Program.parse(out.getvalue()) == PROGRAM
    assert "# return: 1.000 [on 32]\n" in out.getvalue() and "x" * 200 in out.getvalue()


def test_on_a_terminal_the_facts_stand_below_the_program():
    screen, out = console(True)
    show_result(screen, PROGRAM, {"return": "1.000"})
    assert "1.000" in out.getvalue() and "#" not in out.getvalue()


def test_durations_and_sparklines():
    assert [duration(s) for s in (0.04, 8.21, 65, 7265)] == ["0.0 s", "8.2 s", "1:05", "2:01:05"]
    assert sparkline([0.0, 0.0]) == "▁▁" and sparkline([-1.0, 0.0, 1.0]) == "▁▅█"[:1] + "▅█"
    assert len(sparkline([float(i) for i in range(1000)])) <= 24
