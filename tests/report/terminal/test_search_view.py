"""What a search looks like: numbers, time left, and a result that is a program wherever it is piped to."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from rich.text import Text

from leapscli.dsl.program import Program
from leapscli.progress import SearchDone
from leapscli.report.terminal.ends import Ends
from leapscli.report.terminal.search_view import (
    STOPPED,
    SearchLines,
    SearchView,
    search_view,
    show_result,
    sparkline,
)
from leapscli.results.limits import Limits
from leapscli.search.protocol import StopReason

PROGRAM = Program.parse("DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft m)")
EVENT = SearchDone(
    1, best=0.5, mean=0.125, distinct=30, evaluations=1200, seconds=1.0, sigma=0.25, program=str(PROGRAM)
)


def console(terminal: bool, width: int = 100, height: int = 40) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=width, height=height), out


def at(iteration: int, seconds: float, evaluations: int = 1200, **more) -> SearchDone:
    return replace(EVENT, done=iteration, seconds=seconds, evaluations=evaluations, **more)


def shown(view: SearchView, screen: Console, out: io.StringIO) -> list[str]:
    out.truncate(0), out.seek(0)
    screen.print(view.render())
    return Text.from_ansi(out.getvalue()).plain.splitlines()


def test_every_reason_to_stop_has_words():
    assert set(STOPPED) == {str(reason) for reason in StopReason}


def test_elsewhere_than_on_a_terminal_a_line_appears_every_ten_seconds():
    now, lines = [0.0], []
    view = SearchLines(lines.append, Limits(iterations=1000), clock=lambda: now[0])
    view.start("synthesize maze", 1000, "iterations")
    for i in range(1, 26):
        now[0] += 1
        view.update(at(i, float(i), 100 * i))
    view.note("done")
    assert lines[0] == "synthesize maze: at most 1,000 iterations" and lines[-1] == "done"
    assert len(lines) == 4
    assert lines[1] == (
        "best 0.500, mean 0.125, distinct 30, iteration 10 of 1,000, programs 1,000, per second 100, sigma 0.25, "
        "time 10.0 s, left 16:30"
    )


def test_what_ends_the_search_is_shown_whatever_it_is():
    limits = Limits(iterations=1_000_000, evaluations=50_000, seconds=120, target=1.0)
    ends = Ends(limits)
    assert ends.words == "until a return of 1.000, at most 2:00 or 50,000 programs or 1,000,000 iterations"
    ends.update(at(1, 1.0, 100))
    assert ends.text("time") == "1.0 s of 2:00" and ends.text("iterations") == "1"
    ends.update(at(10, 12.0, 1100))
    assert (ends.share, ends.left, ends.text("time")) == (0.1, 108.0, "12.0 s of 2:00")
    ends.update(at(20, 13.0, 48_100))
    assert ends.text("programs") == "48,100 of 50,000" and ends.text("time") == "13.0 s" and ends.share == 0.962


def test_time_left_is_until_the_soonest_of_the_ends():
    ends = Ends(Limits(iterations=1000, seconds=60.0))
    ends.update(at(1, 1.0))
    ends.update(at(11, 2.0))  # ten iterations a second
    assert ends.left == pytest.approx(58.0)
    ends.update(at(951, 50.0))
    assert ends.left == pytest.approx(49 / (950 / 49))


def test_a_resumed_search_tells_its_own_speed():
    ends = Ends(Limits(iterations=1000))
    ends.update(at(501, 100.0, 90_000))
    assert ends.left is None and ends.text("iterations") == "501 of 1,000"
    ends.update(at(502, 101.0, 90_050))
    assert ends.rate("programs") == pytest.approx(50)


def test_the_live_view_shows_numbers_and_the_best_program():
    screen, out = console(True)
    view = SearchView(screen, Limits(iterations=1000))
    view.start("synthesize maze", 1000, "iterations")
    view.end()
    assert shown(view, screen, out) == ["synthesize maze: at most 1,000 iterations"]
    for i, best in enumerate((0.1, 0.5, 0.5, 1.0), 1):
        view.update(at(i, float(i), best=best))
    text = "\n".join(shown(view, screen, out))
    for part in ("synthesize maze", "iteration 4 of 1,000", "best 1.000", "frontIsClear", "▁▄▄█"):
        assert part in text


def test_a_mean_of_nothing_is_no_number():
    screen, out = console(True)
    view = SearchView(screen, Limits(iterations=1000))
    view.update(at(1, 1.0, mean=float("nan")))
    assert "mean –" in " ".join(shown(view, screen, out))


@pytest.mark.parametrize("width", [40, 80, 100, 120, 200])
@pytest.mark.parametrize("height", [24, 50])
def test_the_view_is_whole_at_every_size_and_the_program_has_all_the_room(width: int, height: int):
    screen, out = console(True, width, height)
    view = SearchView(screen, Limits(iterations=1_000_000, seconds=1200.0))
    view.start("synthesize stairclimber", None, "iterations")
    view.end()
    long = Program.parse("DEF run m( " + "move " * 36 + "m)")
    for i in range(1, 100):
        view.update(at(i, i * 1.5, 123_456_789, best=i / 100, restarts=12, program=str(long)))
    lines = shown(view, screen, out)
    text = "\n".join(lines)
    assert max(map(len, lines)) <= width and "…" not in text.replace("… ", "")
    assert "▁" in text and "█" in text and "time 2:28 of 20:00" in text and "17:32 left" in text
    whole = len(lines) < height - 1
    assert len(lines) <= height - 1 and whole == (text.count("move") == 36) == (height == 50)
    assert whole or (f"… {38 - text.count('move') - 1} more lines" in text and len(lines) == height - 1)


@pytest.mark.parametrize("terminal", [True, False])
def test_both_views_take_a_whole_search(terminal):
    screen, out = console(terminal)
    with search_view(screen, Limits(iterations=2)) as view:
        view.start("synthesize maze", 2, "iterations")
        view.update(EVENT)
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


def test_sparklines():
    assert sparkline([0.0, 0.0]) == "▁▁" and sparkline([-1.0, 0.0, 1.0]) == "▁▅█"[:1] + "▅█"
    assert len(sparkline([float(i) for i in range(1000)])) <= 24
