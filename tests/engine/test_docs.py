"""docs/engine.md tells the truth: its examples give what they show."""

from __future__ import annotations

import doctest

from tests import ROOT

PAGE = ROOT / "docs" / "engine.md"


def test_examples_of_the_page() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.attempted > 15 and result.failed == 0
