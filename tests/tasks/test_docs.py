"""docs/tasks.md tells the truth: its examples give what they show, its task file and its sizes are those there are."""

from __future__ import annotations

import doctest
import re

import pytest

from leapscli.errors import TaskError
from leapscli.tasks.registry import task
from leapscli.tasks.suites import names
from tests import ROOT

PAGE = ROOT / "docs" / "tasks.md"


def test_examples_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.attempted > 8 and result.failed == 0


def test_the_task_file_is_shown_whole() -> None:
    shown = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown == [(ROOT / "docs" / "examples" / "sweeper.py").read_text(encoding="utf-8")]


def test_sizes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    own = {name: (int(h), int(w)) for name, h, w in re.findall(r"^\| `(\w+)` \[(\d+)×(\d+)\]", text, re.MULTILINE)}
    assert own == {name: (task(name).height, task(name).width) for name in names()}
    header, least = re.search(r"^\| (stairclimber \|.*) \|\n\|[-|]+\|\n\| (.*) \|$", text, re.MULTILINE).groups()
    sizes = dict(zip(header.split(" | "), re.findall(r"(\d+)×(\d+)", least), strict=True))
    assert set(sizes) == set(names()) - {"cleanhouse"}
    for name, (height, width) in sizes.items():
        task(name, height=int(height), width=int(width))
        for smaller in ((int(height) - 1, int(width)), (int(height), int(width) - 1)):
            with pytest.raises(TaskError, match="it needs at least"):
                task(name, height=smaller[0], width=smaller[1])
