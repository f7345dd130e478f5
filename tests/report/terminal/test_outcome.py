"""What a run did, in words: nothing that happened is lost in the short form; histograms count every value."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS
from leapscli.engine.budget import Budget
from leapscli.report.terminal.console import emit
from leapscli.report.terminal.evaluation import show_evaluation
from leapscli.report.terminal.histogram import MOST_BINS, Histogram
from leapscli.report.terminal.outcome import MOST_LETTERS, episode_facts, facts, return_text, shorten
from leapscli.results.evaluation import Evaluation
from leapscli.tasks.play import play
from leapscli.tasks.registry import task
from tests.strategies import seeded


def unfolded(text: str) -> list[str]:
    """The actions that a short form stands for; groups are worked out from the inside."""
    group = re.compile(r"\(([^()]*)\) ×(\d+)|(\w+) ×(\d+)")
    while match := group.search(text):
        inner, times = (match[1], match[2]) if match[1] else (match[3], match[4])
        text = text[: match.start()] + ", ".join([inner] * int(times)) + text[match.end() :]
    return text.split(", ")


@seeded
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=6), st.integers(1, 4)), min_size=1, max_size=4
    )
)
def test_short_forms_say_all(groups):
    actions = [action for group, times in groups for action in group * times]
    text = shorten(actions).plain
    if "more" not in text:
        assert unfolded(text) == actions


def test_short_forms_are_short():
    assert shorten(["move"] * 3 + ["turnLeft"]).plain == "move ×3, turnLeft"
    assert shorten(["move", "turnLeft"] * 4).plain == "(move, turnLeft) ×4"
    assert shorten((["move"] * 5 + ["turnLeft"]) * 3).plain == "(move ×5, turnLeft) ×3"
    assert shorten([]).plain == "none"
    long = [ACTIONS[i] for i in np.random.default_rng(0).integers(0, 5, 5_000)]
    text = shorten(long).plain
    assert len(text) < MOST_LETTERS + 100
    shown, rest = text.rsplit(", … and ", 1)
    assert len(unfolded(shown)) + int(rest.removesuffix(" more").replace(",", "")) == 5_000


def test_numbers():
    assert [return_text(value) for value in (1.0, 0.5, 1 / 3, -1.0, 0.1234567)] == [
        "1.00",
        "0.50",
        "0.3333",
        "-1.00",
        "0.1235",
    ]


def test_facts_show_names_with_brackets_as_they_are():
    console = Console(file=io.StringIO(), width=60)
    emit(console, facts([("world", "my[bold]map[1].txt")]))
    assert console.file.getvalue() == "world  my[bold]map[1].txt\n"


def test_a_run_in_words():
    episode = play(
        Program.parse("DEF run m( WHILE c( frontIsClear c) w( move w) move m)"),
        random_worlds(1, 0)[0],
        Budget.calls(220),
    )
    console = Console(file=io.StringIO(), width=80)
    emit(console, episode_facts(episode, [("world", "here")]))
    text = console.file.getvalue()
    moves = len(episode.actions)
    assert f"finished, after {moves} action" in text and "no effect  1 action (a bump" in text and "return" not in text


@seeded
@given(st.lists(st.floats(-1, 1, allow_nan=False), min_size=1, max_size=60))
def test_every_value_is_counted_once(values):
    histogram = Histogram.of(np.array(values))
    assert sum(histogram.counts) == len(values) and len(histogram.counts) <= MOST_BINS + 1
    assert len(histogram.edges) == len(histogram.counts) + 1
    assert histogram.edges[0] <= min(values) + 1e-6 and max(values) - 1e-6 <= histogram.edges[-1]


def test_bins_are_round_and_take_their_lower_edge():
    histogram = Histogram.of(np.array([0.0, 0.1, 0.1 + 0.2, 0.3, 0.95, 1.0]))
    assert histogram.edges == pytest.approx([i / 10 for i in range(11)])
    assert histogram.counts == (1, 1, 0, 2, 0, 0, 0, 0, 0, 2)
    assert Histogram.of(np.full(7, 0.25)).draw(60).plain.split() == ["0.25", "█" * 42, "7"]
    for most, width in ((5, 0.5), (10, 1), (20, 2), (50, 5), (100, 10), (1e6, 1e5)):
        assert Histogram.of(np.array([0.0, most])).edges[1] == width
    wide = Histogram.of(np.array([0.0, 1e4])).draw(60).plain
    assert len(wide.splitlines()) <= MOST_BINS + 1


def test_bars_show_what_is_there():
    text = Histogram.of(np.array([0.0] * 1000 + [1.0])).draw(80).plain
    assert text.splitlines()[-1].split()[-2] in "▏▎▍▌▋▊▉█" and all(len(line) <= 80 for line in text.splitlines())
    assert Histogram.of(np.array([0.0] * 1000 + [1.0])).draw(80, blocks=False).plain.isascii() is False  # the …


def test_an_evaluation_fits_eighty_columns():
    returns = np.random.default_rng(0).uniform(-1, 1, 1000)
    evaluation = Evaluation(Program.parse("DEF run m( move m)"), task("maze"), 7, Budget.primitives(10_000), returns)
    console = Console(file=io.StringIO(), width=80)
    show_evaluation(console, evaluation)
    text = console.file.getvalue()
    assert max(map(len, text.splitlines())) <= 80 and "\x1b" not in text
    assert f"episode 7:{returns.argmin()}" in text and "±" in text
