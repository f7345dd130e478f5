"""Machine code is cached in one place, whoever compiles; a cache that is damaged or missing costs time alone."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import pytest

from leapscli import jit
from leapscli.jit import kernel
from leapscli.kernel_cache import KernelCache, kernel_cache
from tests import ROOT


def double(number):
    return 2 * number


def hits(compiled) -> int:
    return sum(compiled.stats.cache_hits.values())


@pytest.fixture
def cache(tmp_path, monkeypatch) -> KernelCache:
    """An empty cache, in the place of the process's own."""
    cache = KernelCache(tmp_path / "leaps" / "code")
    monkeypatch.setattr(jit, "kernel_cache", lambda: cache)
    return cache


def test_kernels_that_threads_make_at_once_are_all_cached_in_the_cache_folder():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            kernels = list(pool.map(kernel, [double] * 200))
    finally:
        sys.setswitchinterval(before)
    assert {each.stats.cache_path for each in kernels} == {str(kernel_cache().folder)}


def test_a_kernel_is_compiled_once_for_each_signature_whoever_compiles_at_once(cache):
    """Both know of no other when they begin, as processes do; numba's own index would mix them up."""
    one, other, later = kernel(double), kernel(double), kernel(double)
    assert one(2) == 4 and other(2.5) == 5.0 and len(list(cache.folder.iterdir())) == 2
    assert later(2) == 4 and later(2.5) == 5.0 and hits(later) == 2


class Bomb:
    """A pickle that tells of having been loaded."""

    def __reduce__(self):
        return os.mkdir, ("unpickled",)


@pytest.mark.parametrize("damaged", [b"", b"cut", os.urandom(5000), pickle.dumps(Bomb())], ids=len)
def test_a_damaged_cache_is_compiled_again_and_never_unpickled(cache, damaged, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kernel(double)(2)
    (file,) = cache.folder.iterdir()
    file.write_bytes(damaged)
    again, later = kernel(double), kernel(double)
    assert again(2) == 4 and hits(again) == 0 and not Path("unpickled").exists()
    assert later(2) == 4 and hits(later) == 1


def test_what_is_whole_but_of_no_use_here_is_compiled_again(cache):
    kernel(double)(2)
    (file,) = cache.folder.iterdir()
    cache.write(file.stem, b"no pickle")
    again = kernel(double)
    assert again(2) == 4 and hits(again) == 0


def test_without_a_writable_cache_kernels_run_and_one_warning_names_LEAPS_CACHE(cache, capsys):
    cache.folder.parent.mkdir()
    cache.folder.touch()
    said = []
    cache.warn = said.append
    assert kernel(double)(2) == 4 and kernel(double)(2.5) == 5.0
    assert len(said) == 1 and "LEAPS_CACHE" in said[0]
    assert cache.wait == "some 20 seconds"


@pytest.mark.parametrize(("setting", "value"), [("BOUNDSCHECK", 1), ("OPT", 0)])
def test_a_setting_that_changes_machine_code_is_not_lost_in_the_cache(cache, monkeypatch, setting, value):
    kernel(double)(2)
    monkeypatch.setattr(numba.config, setting, value)
    other = kernel(double)
    assert other(2) == 4 and hits(other) == 0


def test_another_version_of_numba_or_numpy_or_the_source_is_another_kernel(cache, monkeypatch):
    kernel(double)(2)
    for module in (numba, np):
        with monkeypatch.context() as patch:
            patch.setattr(module, "__version__", "other")
            other = kernel(double)
            assert other(2) == 4 and hits(other) == 0
    monkeypatch.setattr(jit, "_content", lambda file: "edited")
    other = kernel(double)
    assert other(2) == 4 and hits(other) == 0


TWICE = """
from leapscli.jit import kernel
from tests.test_jit import double
print(kernel(double)(2))
"""


@pytest.mark.parametrize(("name", "kept"), [("NUMBA_CACHE_DIR", True), ("NUMBA_DISABLE_JIT", False)])
def test_numbas_own_variables_are_harmless(tmp_path, name, kept):
    value = str(tmp_path / "numba") if kept else "1"
    environment = os.environ | {"LEAPS_CACHE": str(tmp_path), name: value}
    result = subprocess.run(
        [sys.executable, "-c", TWICE], env=environment, capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert (result.stdout, result.stderr) == ("4\n", "")
    assert [path.name for path in tmp_path.iterdir()] == (["leaps"] if kept else [])
