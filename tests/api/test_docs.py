"""docs/python.md and docs/environments.md: their code runs as written, in one process after another."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import leapscli as leaps
from tests import ROOT

PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("python", "environments")}
BLOCKS = [
    (name, number, block)
    for name, text in PAGES.items()
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
]


@pytest.mark.parametrize(("name", "number", "block"), BLOCKS, ids=[f"{name}-{number}" for name, number, _ in BLOCKS])
def test_code_runs_as_written(name, number, block, tmp_path):
    command = [sys.executable, "-c", block]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout or "print(" not in block


def test_every_exported_name_is_in_the_manual():
    manual = "\n".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    missing = [name for name in leaps.__all__ if not re.search(rf"\bleaps\.{name}\b|`{name}`|\b{name}\b", manual)]
    assert missing == []
