"""docs/domains.md tells the truth: its examples give what they show, its files are those among the examples."""

from __future__ import annotations

import doctest
import re

import pytest

from leapscli.tasks.custom.world_file import ARGUMENTS, NEEDED
from leapscli.tasks.registry import task
from leapscli.tasks.suites import elsewhere
from tests import ROOT

PAGE = ROOT / "docs" / "domains.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_examples_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.attempted > 7 and result.failed == 0


def test_the_files_are_shown_whole_and_are_short() -> None:
    shown = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    files = [(ROOT / "docs" / "examples" / name).read_text(encoding="utf-8") for name in ("lift.py", "taxi.py")]
    assert shown == files
    assert files[0].count("\n") < 100 and files[1].count("\n") < 40


def test_every_name_of_a_world_file_is_in_the_table() -> None:
    table = " ".join(re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE))
    named = {name.partition("(")[0] for name in re.findall(r"`([\w(), ]+)`", table)}
    assert {*NEEDED, *ARGUMENTS, "BEST", "CHANCES", "GLYPHS", "COLOURS"} <= named


def test_sizes_of_minigrids_tasks() -> None:
    own = {name: (int(h), int(w)) for name, h, w in re.findall(r"^\| `(\w+)` \[(\d+)×(\d+)\]", TEXT, re.MULTILINE)}
    assert own == {name: (task(name).height, task(name).width) for name in elsewhere()}
