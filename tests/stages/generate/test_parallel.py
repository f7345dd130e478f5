"""Work in threads, its results in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from leapscli.stages.generate.parallel import in_order


def test_work_in_threads_comes_back_in_order_and_is_not_taken_up_too_early() -> None:
    taken = []

    def items():
        for i in range(50):
            taken.append(i)
            yield i

    with ThreadPoolExecutor(3) as pool:
        results = in_order(pool, lambda i: i * i, items(), ahead=4)
        assert next(results) == 0 and len(taken) == 5
        assert list(results) == [i * i for i in range(1, 50)]
