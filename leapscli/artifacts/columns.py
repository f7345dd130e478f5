"""The columns of a dataset of programs and their shapes, whatever holds them.

Axes: P programs, L tokens, D demonstrations, H W grid, T time (actions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from leapscli.domains.karel.cells import MAX_MARKERS, WALL
from leapscli.dsl.published import ACTIONS, PAD
from leapscli.dsl.vocabulary import MAX_TOKENS

Array = npt.NDArray[np.generic]
Bytes = npt.NDArray[np.uint8]

CHUNK = 256  # programs: what a training step reads at once
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Layout:
    """The sizes that all programs of a file share."""

    demonstrations: int = 10
    max_actions: int = 100
    height: int = 8
    width: int = 8
    max_tokens: int = MAX_TOKENS


@dataclass(frozen=True, eq=False)
class ProgramColumns:
    """Programs with their demonstrations, as arrays over P programs."""

    tokens: Bytes  # [P, L] token ids, padded with <pad>
    lengths: Bytes  # [P] tokens in each program
    split: Bytes  # [P] 0 train, 1 validation, 2 test
    cells: Bytes  # [P, D, H, W] markers on each cell of the initial world, 255 a wall
    agents: Bytes  # [P, D, 3] Karel's initial row, column and direction (N=0 E=1 S=2 W=3)
    actions: npt.NDArray[np.int8]  # [P, D, T] action ids, padded with -1
    demo_lengths: Bytes  # [P, D] actions in each demonstration

    def __len__(self) -> int:
        return len(self.tokens)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Names and arrays, in the order above."""
        return ((name, getattr(self, name)) for name in COLUMNS)

    def __getitem__(self, index: slice | Array) -> ProgramColumns:
        """The programs at a slice or an index array."""
        return ProgramColumns(**{name: column[index] for name, column in self.items()})

    @staticmethod
    def concat(parts: Sequence[ProgramColumns]) -> ProgramColumns:
        """One after the other."""
        return ProgramColumns(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS})

    @staticmethod
    def empty(layout: Layout) -> ProgramColumns:
        """No programs, in the shapes of `layout`."""
        return ProgramColumns(**{name: np.zeros((0, *shape), dtype) for name, (shape, dtype) in spec(layout).items()})

    def check(self, layout: Layout) -> None:
        """Raises ValueError, naming the axis, unless every column has the shape and dtype of `layout`."""
        for name, (shape, dtype) in spec(layout).items():
            column = getattr(self, name)
            if column.shape != (len(self), *shape) or column.dtype != dtype:
                wanted = f"{dtype}{[len(self), *shape]}"
                raise ValueError(f"{name} must be {wanted}, not {column.dtype}{list(column.shape)}")


def out_of_range(name: str, values: Array, layout: Layout) -> str | None:
    """The first value of a column that cannot be, in words; None where all can."""
    if not values.size:
        return None
    least, most = _RANGES[name](layout)
    wrong = (values < least) | (values > most)
    if name == "cells":
        wrong &= values != WALL
    if not wrong.any():
        return None
    row = int(np.argwhere(wrong)[0][0])
    return f"row {row} of those read holds {values[wrong][0]}, outside of {np.min(least)} to {np.max(most)}"


_RANGES: dict[str, Callable[[Layout], tuple[Any, Any]]] = {
    "tokens": lambda layout: (0, PAD),
    "lengths": lambda layout: (1, layout.max_tokens),
    "split": lambda layout: (0, len(SPLITS) - 1),
    "cells": lambda layout: (0, MAX_MARKERS),
    "agents": lambda layout: (0, np.array([layout.height - 1, layout.width - 1, 3], np.uint8)),
    "actions": lambda layout: (-1, len(ACTIONS) - 1),
    "demo_lengths": lambda layout: (0, layout.max_actions),
}


COLUMNS = tuple(field.name for field in fields(ProgramColumns))


def spec(layout: Layout) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """For each column the shape of one program's entry, and the dtype."""
    d, t = layout.demonstrations, layout.max_actions
    shapes: dict[str, tuple[int, ...]] = {
        "tokens": (layout.max_tokens,),
        "lengths": (),
        "split": (),
        "cells": (d, layout.height, layout.width),
        "agents": (d, 3),
        "actions": (d, t),
        "demo_lengths": (d,),
    }
    return {name: (shape, np.dtype(np.int8 if name == "actions" else np.uint8)) for name, shape in shapes.items()}
