"""What a sweep looks like: live, in a log, and at the end."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.console import Console

from leapscli.artifacts.store import Workspace
from leapscli.report.terminal.sweep_view import SweepLines, SweepView, outcome_line, show_sweep, spread_text, sweep_view
from leapscli.results.scoreboard import Scoreboard, Spread
from leapscli.results.sweep import Outcome, SweepDone
from leapscli.tasks.suites import names
from tests.stages.sweeps import tiny_jobs


def fake_run(held_out):
    metrics = {"return_held_out": held_out, "return_searched": 0.25, "seconds": 1.5, "evaluations": 1234}
    return SimpleNamespace(manifest=SimpleNamespace(metrics=metrics))


@pytest.fixture
def jobs(tmp_path):
    return tiny_jobs(Workspace(tmp_path), ["maze", "seeder"], 2)


@pytest.fixture
def board(jobs):
    """Of maze one seed has 1.0 and the other 0.5; of seeder one failed and one is running."""
    now = [0.0]
    board = Scoreboard(jobs, clock=lambda: now[0])
    for job, held_out in ((jobs[0], 1.0), (jobs[2], 0.5)):
        board.begin(job)
        now[0] += 4
        board.end(job)
        board.cell(job).runs.append(fake_run(held_out))
    board.cell(jobs[1]).failed = 1
    board.begin(jobs[3])
    return board


def drawn(terminal, draw):
    out = io.StringIO()
    draw(Console(file=out, force_terminal=terminal, width=100, color_system=None))
    return out.getvalue()


def test_spreads():
    assert spread_text(Spread(0.98125, 0.0123)) == "0.981 ± 0.012"
    assert spread_text(Spread(1.0, None)) == "1.000" and spread_text(None) == "–"


def test_the_table_at_the_end(board):
    lines = drawn(False, lambda console: show_sweep(console, board)).splitlines()
    assert lines[1].split() == ["maze", "hill-climbing", "2", "0.750", "±", "0.354", "1.5", "1,234"]
    assert lines[2].split() == ["seeder", "hill-climbing", "0", "of", "2", "–", "–", "–"]


def test_a_log_has_a_line_for_each_search(jobs, board):
    lines = []
    view = SweepLines(lines.append)
    view.start("sweep", 4, "searches")
    view.update(SweepDone(1, board=board))
    view.update(SweepDone(2, board=board, outcome=Outcome(jobs[0], fake_run(1.0))))
    view.update(SweepDone(3, board=board, outcome=Outcome(jobs[1], error="no [luck]")))
    view.update(SweepDone(4, board=board, outcome=Outcome(jobs[0], fake_run(None))))
    assert lines == [
        "sweep: 1 of 4 searches are there already",
        "2 of 4: maze hill-climbing seed 0: 1.000 in 1.5 s, 1,234 programs; 4.0 s left",
        "3 of 4: seeder hill-climbing seed 0 failed: no [luck]; 4.0 s left",
        "4 of 4: maze hill-climbing seed 0: 0.250 on the states searched in 1.5 s, 1,234 programs",
    ]


def test_the_live_table(jobs, board):
    def draw(console):
        view = SweepView(console, clock=lambda: 0.0)
        console.print(view.render())
        view.start("sweep", 4, "searches")
        view.end()
        board.parallel = 2
        view.update(SweepDone(3, board=board, outcome=Outcome(jobs[1], error="no [luck]")))
        console.print(view.render())

    text = drawn(True, draw)
    for part in ("preparing", "3 of 4 searches, 2 at once", "2.0 s left", "2/2 0.750", "1/2 1 failed"):
        assert part in text, part
    assert "seeder hill-climbing seed 0 failed: no [luck]" in text


@pytest.mark.parametrize("terminal", [True, False])
def test_both_views_take_a_whole_sweep(terminal, jobs, board):
    def draw(console):
        with sweep_view(console) as view:
            view.start("sweep", 4, "searches")
            view.update(SweepDone(3, board=board))
            view.note("a note [with brackets]")

    assert "a note [with brackets]" in drawn(terminal, draw)


def test_a_failure_in_a_line(jobs):
    assert outcome_line(Outcome(jobs[3], error="no luck")) == "seeder hill-climbing seed 1 failed: no luck"


METHODS = ("memetic", "evolution", "latent-evolution", "cem", "scheduled-hill-climbing", "paper", "random")


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("height", [24, 50])
def test_the_table_is_whole_at_every_size_and_what_runs_comes_first(tmp_path, width, height):
    jobs = [replace(job, method=method) for job in tiny_jobs(Workspace(tmp_path), names(), 5) for method in METHODS]
    board = Scoreboard(jobs, clock=lambda: 0.0)
    board.begin(next(job for job in jobs if job.title == "wallavoider"))
    board.cell(jobs[0]).runs += [fake_run(1.0)] * 5
    screen = Console(file=io.StringIO(), width=width, height=height)
    view = SweepView(screen, clock=lambda: 0.0)
    view.update(SweepDone(5, board=board))
    screen.print(view.render())
    lines = screen.file.getvalue().splitlines()
    text = "\n".join(lines)
    assert len(lines) <= height - 1 and max(len(line.rstrip()) for line in lines) <= width
    assert "wallavoider" in text and (width < 100 or "5/5 1.000" in text)
    assert all(part in text for method in METHODS for part in method.split("-"))
    hidden = len(names()) - len({line.split()[0] for line in lines if line.strip()} & set(names()))
    assert (f"… {hidden} more tasks" in text) == (hidden > 0) == (width == 40 and height == 24)
