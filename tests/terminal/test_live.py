"""What is drawn over and over, while it is: numbers that must be seen, a terminal that changes its size, keys."""

from __future__ import annotations

import pytest

from tests.terminal.commands import BENCH, GENERATE, MODEL, SEARCH, SEEDS, SWEEP, settings
from tests.terminal.terminal import Shell, Terminal, squeeze

BRIEF = ["--parallel", "1", *settings("iterations=1_000_000", "max_time=0.7s")]
LONG = settings("iterations=1_000_000", "max_time=60s")
TRAIN = ["train", "--data", "karel", "--name", "live", "--recipe", "smoke", *MODEL, *settings("validation.every=50")]
LIVE = {
    "gen-data": ([*GENERATE, *settings("programs=900")], "of 900 programs", "900 programs: 630 train"),
    "train": ([*TRAIN, "--max-time", "2s"], "programs", "next: leaps synthesize"),
    "synthesize --seeds": ([*SEEDS, *BRIEF, *settings("seed=7")], "of 2 searches", "seed 8"),
    "sweep": ([*SWEEP, *BRIEF, "--seed", "9"], "of 2 searches", "leaps run snake-hill-climbing-s9"),
    "bench": ([*BENCH, *BRIEF, "--max-time", "0.7s", *settings("seed=11")], "of 1 searches", "page.md"),
    "model evaluate": (["model", "evaluate", "leaps", "--programs", "9"], "of 6 parts", "Locality"),
}


def drag(terminal: Terminal) -> None:
    """Change the size, several times."""
    for columns, rows in ((200, 50), (60, 15), (40, 24), (100, 24)):
        terminal.resize(columns, rows)
        terminal.look(0.15)


@pytest.mark.parametrize("command", LIVE)
def test_a_terminal_may_change_its_size_at_any_time(command: str, shell: Shell) -> None:
    arguments, meanwhile, at_last = LIVE[command]
    terminal = shell.run(arguments, 120, 40)
    terminal.until(meanwhile)
    drag(terminal)
    assert terminal.wait() == 0, terminal.text
    assert squeeze(at_last) in squeeze(terminal.said) and "unexpected" not in terminal.said, terminal.said


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_search_shows_what_ends_it_and_stops_at_ctrl_c(columns: int, shell: Shell) -> None:
    terminal = shell.run(["synthesize", "--task", "snake", *SEARCH, *LONG], columns, 24)
    for text in ("of 1:00", " left", "best", "DEF run m("):
        terminal.until(text)
    drag(terminal)
    terminal.press("\x03")
    assert terminal.wait() == 130
    assert squeeze("stopping; work is being saved") in squeeze(terminal.said)
    assert squeeze("the best program so far is snake@v") in squeeze(terminal.said)


@pytest.mark.parametrize("columns", [40, 80, 100, 200])
def test_training_shows_the_time_left_where_time_is_the_limit(columns: int, shell: Shell) -> None:
    terminal = shell.run([*TRAIN, "--max-time", "50s"], columns, 24)
    terminal.until("s left")
    terminal.until("loss")
    terminal.press("\x03")
    assert terminal.wait() == 130, terminal.text
    assert "-:--" not in terminal.raw and "unexpected" not in terminal.text


def watch(shell: Shell, *how: str, columns: int = 80, rows: int = 24, **environment: str) -> Terminal:
    return shell.run(["run", "program.txt", "--task", "snake", *how], columns, rows, **environment)


def test_five_enters_at_once_are_five_steps(shell: Shell) -> None:
    terminal = watch(shell, "--step")
    terminal.until("step 0 of")
    terminal.press("\r\r\r\r\r")
    terminal.until("step 5 of")
    terminal.press("\x1b[4~")  # End, as tmux, screen and PuTTY send it
    terminal.until("[finished]")
    terminal.press("\x1b[1~")  # Home
    terminal.until("step 0 of")
    terminal.press("\x1b[15~")  # F5
    terminal.press("\x1b[C")
    terminal.until("step 1 of")
    terminal.press("q")
    assert terminal.wait() == 0
    assert "before" in terminal.text and "after" in terminal.text


@pytest.mark.parametrize(("columns", "rows"), [(40, 24), (80, 24), (100, 50), (120, 24), (200, 50)])
@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1", "COLUMNS": "0"}], ids=["colours", "none"])
def test_a_run_is_watched_on_every_terminal(columns: int, rows: int, environment: dict[str, str], shell: Shell) -> None:
    terminal = watch(shell, "--watch", "--speed", "4096", columns=columns, rows=rows, **environment)
    terminal.until("[finished]")
    for words in ("return", "space pauses", "q leaves", "▸"):
        assert words in terminal.text, terminal.text
    terminal.resize(60, 20)
    terminal.press("\x1b[H")
    terminal.until("step 0 of")
    terminal.press("q")
    assert terminal.wait() == 0


def test_a_terminal_that_cannot_be_drawn_over_says_so(shell: Shell) -> None:
    terminal = watch(shell, "--watch", TERM="dumb")
    assert terminal.wait() == 2
    assert "TERM=dumb" in terminal.text and "--gif or --trace" in terminal.text
