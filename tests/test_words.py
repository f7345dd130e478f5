"""Docstrings open with what a thing is or does."""

from __future__ import annotations

import ast
import re

import pytest

from tests import ROOT

FILES = sorted((ROOT / "leapscli").rglob("*.py"))
RIDDLES = re.compile(r"(What|How|Where|Whether|Who|Which|Why|When|As|Those|That)\b")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "leapscli")))
def test_no_docstring_opens_with_a_question(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    found = {
        getattr(node, "name", "module"): ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, kinds)
    }
    assert {name: text for name, text in found.items() if text and RIDDLES.match(text)} == {}
