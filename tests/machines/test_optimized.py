"""Python with -O and -OO: the same words, and nothing that relied on an assert."""

from __future__ import annotations

import ast
from pathlib import Path

import leapscli
from leapscli.cli.main import COMMANDS
from tests.machines.shell import shell

SPOKEN = " && ".join(
    ["$LEAPS --help", *(f"$LEAPS {name.replace('_', '-')} --help" for name in ("synthesize", "model")),
     "$LEAPS model plot --help", "$LEAPS tasks", "$LEAPS tasks own.py"]
)  # fmt: skip
OWN = '''"""Tidy up. (Me, today.)"""
import numpy as np
from leapscli.tasks.kit import *
SIZE = (8, 8)
def draw(rng, height, width):
    """Karel alone."""
    assert height > 1
    return World(border(height, width), np.zeros((height, width), np.uint8), (1, 1, EAST))
def reward(action, changed, pos, ahead, cells, zone, memory):
    """Nothing."""
    return 0.0, False
'''


def test_help_and_descriptions_are_the_same_without_docstrings(tmp_path):
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    usual, bare = (shell(SPOKEN, tmp_path, PYTHONOPTIMIZE=level, NUMBA_DISABLE_JIT="1") for level in ("", "2"))
    assert usual.returncode == bare.returncode == 0 and usual.stdout == bare.stdout
    assert b"Tidy up." in bare.stdout and b"Karel alone." in bare.stdout and len(COMMANDS) > 9


def test_asserts_tell_the_type_checker_and_nothing_else():
    """Each says that something is not None, or of a class; what could be wrong at run time is an error of its own."""
    for path in sorted(Path(leapscli.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assert):
                text = ast.unparse(node.test)
                assert "isinstance(" in text or text.endswith("is not None"), f"{path}:{node.lineno}: {text}"
