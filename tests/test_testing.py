"""The contracts that third parties call: ours keep them, and each breach is found."""

from __future__ import annotations

import pytest

from leapscli.errors import LeapsError, SearcherError, TaskError
from leapscli.search.discovery import OURS
from leapscli.tasks.suites import names
from leapscli.testing import check_searcher, check_task
from tests import ROOT

EXAMPLES = ROOT / "docs" / "examples"
GREEDY = (EXAMPLES / "greedy.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OURS)
def test_every_searcher_keeps_the_contract(name):
    check_searcher(name)


def test_the_searcher_of_the_manual_keeps_the_contract_with_settings_too():
    check_searcher(EXAMPLES / "greedy.py")
    check_searcher(EXAMPLES / "greedy.py", {"mutants": 7, "patience": 2}, seed=4)


@pytest.mark.parametrize("name", names())
def test_every_task_keeps_the_contract(name):
    check_task(name, programs=40)


def test_the_task_of_the_manual_keeps_the_contract():
    check_task(EXAMPLES / "sweeper.py", programs=40)


def broken(tmp_path, old, new):
    """The searcher of the manual with a change."""
    assert GREEDY.count(old) == 1
    path = tmp_path / "mine.py"
    path.write_text(GREEDY.replace(old, new))
    return path


NEIGHBOURS = "return self.space.neighbours(copies, state.seed, state.iteration)"
BREACHES = [
    ("int(scored.returns.argmax())", "__import__('random').randrange(len(points))", "the same seed must give"),
    ("state.seed, state.iteration)", "__import__('random').getrandbits(9), 0)", "candidates for the same state"),
    ("row = int(", "state.best.ids[:] = 0\n        row = int(", "must not change the state"),
    ("state.best[[0] * self.settings.mutants]", "state.nothing", r"mine.py:\d+: ask: AttributeError: .*nothing"),
    (NEIGHBOURS, "return copies.ids", "ask: it must return a TokenBatch"),
    (NEIGHBOURS, "return copies[[]]", "ask: it must return at least one program"),
    ('float("-inf"))', "set())", "init: a state holds numbers, texts, arrays"),
    ("return State(state.seed, state.iteration + 1, best, value)", "return None", "tell: a state is a frozen data"),
    ("found = float(scored.returns[row])", "found = 1 / 0", r"mine.py:\d+: tell: ZeroDivisionError: division by zero"),
    ("class Settings(Recipe)", "class Knobs(Recipe)", "defines no Settings|Settings"),
    ("class Greedy(Searcher[State, TokenBatch])", "class Greedy", "one class derived from Searcher .* found none"),
    ("    def ask(", "    def asks(", r"mine.py:\d+: Greedy: it does not define ask"),
    ("    mutants: int", "    states: int", "every search has a setting states already"),
    ("import dataclass", "import datacless", "mine.py:3: ImportError"),
    ("class State:", "class State", r"mine.py:\d+: expected ':'"),
]


@pytest.mark.parametrize(("old", "new", "message"), BREACHES, ids=range(len(BREACHES)))
def test_a_breach_is_found_and_its_place_named(tmp_path, old, new, message):
    with pytest.raises(SearcherError, match=message) as raised:
        check_searcher(broken(tmp_path, old, new))
    assert raised.value.message.startswith(str(tmp_path / "mine.py:"))


def test_what_is_kept_outside_the_state_is_found(tmp_path):
    counted = "self.told = getattr(self, 'told', 0) + 1\n        row = self.told % 7 or int("
    with pytest.raises(SearcherError, match="a search saved after 1 iterations must go on"):
        check_searcher(broken(tmp_path, "        row = int(", f"        {counted}"))


def test_a_seed_that_makes_no_difference_is_found(tmp_path):
    path = broken(
        tmp_path, "return State(seed, 0, self.space.starts(1, seed, 0)", "return State(7, 0, self.space.starts(1, 7, 0)"
    )
    with pytest.raises(SearcherError, match="another seed must give other candidates"):
        check_searcher(path)


def test_a_task_that_pays_more_than_its_best_is_found(tmp_path):
    path = tmp_path / "mine.py"
    sweeper = (EXAMPLES / "sweeper.py").read_text(encoding="utf-8")
    path.write_text(f"{sweeper}\n\nBEST = -1\n")
    with pytest.raises(TaskError, match=r"mine.py paid .*BEST"):
        check_task(path, programs=40)


def test_names_that_do_not_exist_are_refused():
    for check in (check_searcher, check_task):
        with pytest.raises(LeapsError):
            check("nothing")
        with pytest.raises(LeapsError, match=r"no (searcher|task) file"):
            check("nothing.py")
