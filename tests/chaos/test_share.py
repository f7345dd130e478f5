"""A small share of `make chaos` with every run of the tests."""

from __future__ import annotations

import subprocess
import sys

from tests import ROOT


def test_a_few_tries_of_each_class_hold():
    few = ("--mutations", "24", "--kills", "12", "--leftovers", "8", "--environments", "12", "--minutes", "15")
    result = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *few], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert result.returncode == 0, result.stdout + result.stderr
    classes = {line.split()[0] for line in result.stdout.splitlines()[1:]}
    assert {"kills", "power", "leftovers", "environments", "texts"} <= classes
