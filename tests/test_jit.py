"""Machine code is cached in one place, whoever compiles."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from leapscli.jit import cache_folder, kernel


def double(number):
    return 2 * number


def test_kernels_that_threads_make_at_once_are_all_cached_in_the_cache_folder():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            kernels = list(pool.map(kernel, [double] * 200))
    finally:
        sys.setswitchinterval(before)
    assert {Path(each.stats.cache_path).parent for each in kernels} == {cache_folder()}
