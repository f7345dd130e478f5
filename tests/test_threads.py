"""What several threads ask for at once is made once, and Python source is read by one of them at a time."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from leapscli import syntax
from leapscli.once import once
from tests import ROOT

THREADS = 8


def test_what_many_threads_ask_for_at_once_is_made_once():
    made, together = list[int](), Barrier(THREADS)

    @once
    def make(number: int) -> int:
        made.append(number)
        time.sleep(0.02)
        return number

    def ask(_: int) -> int:
        together.wait()
        return make(7)

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(THREADS))) == [7] * THREADS
    assert made == [7]


def test_source_is_read_by_one_thread_at_a_time(monkeypatch):
    inside, most = 0, 0

    def slow(*arguments: object) -> ast.Module:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.005)
        inside -= 1
        return ast.Module([], [])

    monkeypatch.setattr(ast, "parse", slow)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(syntax.parse, ["x = 1"] * 20))
    assert most == 1


def test_nothing_else_reads_python_source():
    """CPython 3.11 ends two `ast.parse` at once in a SystemError now and then."""
    own = ROOT / "leapscli"
    users = [path for path in own.rglob("*.py") if "ast.parse(" in path.read_text() and path != own / "syntax.py"]
    assert users == []


def test_a_cold_process_makes_its_kernels_in_threads():
    code = """
import sys
from concurrent.futures import ThreadPoolExecutor
from leapscli.domains.karel import behaviour, demonstrations
sys.setswitchinterval(1e-6)
with ThreadPoolExecutor(8) as pool:
    made = list(pool.map(lambda i: (behaviour._kernel, demonstrations._kernel)[i % 2](), range(16)))
print(len(set(map(id, made))))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("2\n", "")
