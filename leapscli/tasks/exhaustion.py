"""Every initial world of a task: its `draw` is run once for each way in which its random draws can turn out.

What a program earns on all of them is no estimate. The draws that can be listed are whole numbers (`integers`), one of
several things or some of them (`choice`), and orders (`permutation`); `subset` of tasks/helpers.py says that the order
of what is drawn does not matter, which there are fewer of.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.world import World
from leapscli.errors import InputError
from leapscli.tasks.registry import Task

MOST = 200_000  # ways


@dataclass(frozen=True, eq=False)
class InitialStates:
    """The distinct initial worlds of a task, and how likely each is, float64[N], in sum 1."""

    worlds: list[World]
    likely: NDArray[np.float64]


def initial_states(task: Task) -> InitialStates:
    """All of them. Raises InputError where they cannot be listed, or there are too many ways to draw them."""
    likely: dict[World, Fraction] = {}
    for choices in _ways(task):
        world = task.module.draw(choices, task.height, task.width)
        likely[world] = likely.get(world, Fraction(0)) + choices.likely
    return InitialStates(list(likely), np.array([float(each) for each in likely.values()]))


def _ways(task: Task) -> Iterator[Choices]:
    """A script for each way; the draws themselves tell how many there are, one after the other."""
    script: list[int] = []
    for _ in range(MOST):
        choices = Choices(tuple(script), task.name)
        yield choices
        script = list(choices.made)
        while script and script[-1] + 1 == choices.options[len(script) - 1]:
            script.pop()
        if not script:
            return
        script[-1] += 1
    raise InputError(
        f"{task.name} at {task.height}×{task.width} has more than {MOST:,} ways to begin",
        "score it on some: --episodes",
    )


class Choices:
    """A generator of random numbers that does as its `script` says, and takes the first option beyond it.

    `made` are the options taken, `options` how many there were at each draw, `likely` the chance of all of them.
    """

    def __init__(self, script: Sequence[int], name: str) -> None:
        self._script, self._name = script, name
        self.made: list[int] = []
        self.options: list[int] = []
        self.likely = Fraction(1)

    def _draw(self, count: int) -> int:
        """One of so many options, all equally likely."""
        if not 0 < count <= MOST:
            raise self._refused(f"a draw of one among {count:,}")
        at = len(self.made)
        self.made.append(self._script[at] if at < len(self._script) else 0)
        self.options.append(count)
        self.likely /= count
        return self.made[-1]

    def _refused(self, what: str) -> InputError:
        hint = "score it on some of them: --episodes"
        return InputError(f"the initial states of {self._name} cannot be listed: {what}", hint)

    def integers(self, low: int, high: int | None = None, size: Any = None, *, endpoint: bool = False, **_: Any) -> Any:
        """A whole number, with the arguments of numpy's."""
        if size is not None:
            raise self._refused("an array of numbers")
        low, high = (0, low) if high is None else (low, high)
        return np.int64(low + self._draw(int(high) - int(low) + endpoint))

    def choice(self, a: Any, size: int | None = None, replace: bool = True, p: Any = None, **_: Any) -> Any:
        """One or several different ones, all equally likely, with the arguments of numpy's."""
        values = np.arange(a) if isinstance(a, int | np.integer) else np.asarray(a)
        if p is not None or (size is not None and (replace or not isinstance(size, int | np.integer))):
            raise self._refused("a choice that is weighted, or of several again and again")
        if size is None:
            return values[self._draw(len(values))]
        ways = math.perm(len(values), int(size))
        return values[list(_nth(permutations(range(len(values)), int(size)), self._draw(ways)))]

    def subset(self, values: NDArray[Any], count: int) -> NDArray[Any]:
        """Some of them, in whatever order."""
        ways = math.comb(len(values), count)
        return values[list(_nth(combinations(range(len(values)), count), self._draw(ways)))]

    def permutation(self, values: Any) -> NDArray[Any]:
        """An order, with the argument of numpy's; of equal values there are fewer."""
        left = list(np.arange(values) if isinstance(values, int | np.integer) else values)
        ordered, total = [], len(left)
        for taken in range(total):  # one place after the other, by the counts of what is left
            kinds = Counter(left)
            index = self._weighted([kinds[kind] for kind in kinds], total - taken)
            ordered.append(list(kinds)[index])
            left.remove(ordered[-1])
        return np.array(ordered)

    def _weighted(self, counts: Sequence[int], total: int) -> int:
        """One of several options, as likely as their counts."""
        if len(counts) == 1:
            return 0
        index = self._draw(len(counts))
        self.likely *= Fraction(counts[index] * len(counts), total)
        return index

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._refused(f"it draws by rng.{name}")


def _nth(ways: Iterator[tuple[int, ...]], number: int) -> tuple[int, ...]:
    for _ in range(number):
        next(ways)
    return next(ways)
