"""Grid worlds: one (`GridWorld`) and a batch of equal size (`GridWorlds`), as numpy arrays and as text.

Text form: a line a row, then `agent: 1 2 0`, the agent's numbers, and `under: 3` where a cell that is not empty is
hidden by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.grid.looks import Looks
from leapscli.engine.arena import Arena
from leapscli.errors import WorldError, described

if TYPE_CHECKING:
    from leapscli.domains.grid.canvas import GridCanvas

MAX_SIDE = 1024
MAX_AGENT = 8  # numbers of an agent
LARGEST = 2**31  # of an agent's numbers


@dataclass(frozen=True, eq=False, repr=False)
class GridWorld:
    """One world: `cells` uint8[H, W], `agent` a few whole numbers. Raises WorldError for anything else."""

    cells: NDArray[np.uint8]
    agent: tuple[int, ...]
    looks: Looks = field(default_factory=Looks)

    def __post_init__(self) -> None:
        cells = np.asarray(self.cells)
        if (
            cells.ndim != 2
            or cells.dtype.kind not in "biu"
            or not 1 <= min(cells.shape) <= max(cells.shape) <= MAX_SIDE
        ):
            raise WorldError(f"cells: expected an array [H, W] of whole numbers, not {described(self.cells)}")
        if cells.min() < 0 or cells.max() > 255:
            raise WorldError(f"cells hold {cells.min()} to {cells.max()}; 0 to 255 fit")
        numbers = tuple(self.agent) if isinstance(self.agent, Iterable) else ()
        whole = all(isinstance(n, int | np.integer) and abs(int(n)) < LARGEST for n in numbers)
        if not whole or not 1 <= len(numbers) <= MAX_AGENT:
            raise WorldError(f"agent: expected 1 to {MAX_AGENT} whole numbers, not {described(self.agent)}")
        frozen = cells.astype(np.uint8)
        frozen.flags.writeable = False
        object.__setattr__(self, "cells", frozen)
        object.__setattr__(self, "agent", tuple(int(n) for n in numbers))

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.cells.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.cells.shape[1])

    def changed(self, cells: NDArray[np.uint8], agent: Sequence[int]) -> GridWorld:
        """The world with other cells and another agent."""
        return GridWorld(cells.copy(), tuple(agent), self.looks)

    def place(self) -> tuple[int, int, int | None] | None:
        """The row, column and direction where the agent is drawn; None where that is nowhere in the world."""
        place = self.looks.place(self.agent)
        return place if place and 0 <= place[0] < self.height and 0 <= place[1] < self.width else None

    def canvas(self, cell: int) -> GridCanvas:
        """An image of so many pixels a cell that follows this world."""
        from leapscli.domains.grid.canvas import GridCanvas

        return GridCanvas(self, cell)

    @classmethod
    def parse(cls, text: str, looks: Looks) -> GridWorld:
        """Read the text form; `str(world)` writes it. Raises WorldError naming line and column."""
        values = {looks.glyph(value): value for value in range(255, -1, -1)}
        lines = [line for line in text.splitlines() if line.strip()]
        told = dict(line.split(":", 1) for line in lines if ":" in line)
        try:
            agent = tuple(int(number) for number in told["agent"].split())
            under = int(told.get("under", 0))
        except (KeyError, ValueError):
            raise WorldError("no line `agent: …` with its numbers", "as in agent: 1 2 0") from None
        place, rows = looks.place(agent), []
        for r, line in enumerate(line for line in lines if ":" not in line):
            row = []
            for c in range(-(-len(line) // looks.width)):
                glyph = line[c * looks.width : (c + 1) * looks.width].ljust(looks.width)
                here = place is not None and place[:2] == (r, c)
                if glyph not in values and not here:
                    raise WorldError(f"line {r + 1}, column {c * looks.width + 1}: {glyph!r} is no cell")
                row.append(under if here else values[glyph])
            rows.append(row)
        if not rows or len({len(row) for row in rows}) > 1:
            raise WorldError("its rows are not of one length")
        return cls(np.array(rows), agent, looks)

    def __str__(self) -> str:
        rows = [[self.looks.glyph(value) for value in line] for line in self.cells.tolist()]
        lines, place = [], self.place()
        if place:
            rows[place[0]][place[1]] = self.looks.agent(place[2])
        lines += ["".join(row).rstrip() for row in rows] + [f"agent: {' '.join(map(str, self.agent))}"]
        if place and (under := int(self.cells[place[0], place[1]])):
            lines.append(f"under: {under}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<GridWorld {self.height}×{self.width}\n{self}\n>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GridWorld):
            return NotImplemented
        return self.agent == other.agent and np.array_equal(self.cells, other.cells)

    def __hash__(self) -> int:
        return hash((self.cells.tobytes(), self.cells.shape, self.agent))


@dataclass(frozen=True, eq=False, repr=False)
class GridWorlds:
    """N worlds of one size: cells uint8[N, H, W], agents int64[N, K]."""

    cells: NDArray[np.uint8]
    agents: NDArray[np.int64]
    looks: Looks

    @classmethod
    def stack(cls, worlds: Sequence[GridWorld]) -> GridWorlds:
        """A batch of `worlds`, which must be of one size, as their agents. Raises WorldError."""
        worlds = list(worlds) if isinstance(worlds, Iterable) else []
        if not worlds or not all(isinstance(world, GridWorld) for world in worlds):
            raise WorldError("a batch needs a list of worlds, at least one")
        for kind, seen in (("worlds", {w.cells.shape for w in worlds}), ("agents", {len(w.agent) for w in worlds})):
            if len(seen) > 1:
                raise WorldError(f"{kind} of different sizes: {sorted(seen)}")
        cells, agents = np.stack([w.cells for w in worlds]), np.array([w.agent for w in worlds], np.int64)
        return cls(cells, agents, worlds[0].looks)

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.cells.shape[1])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.cells.shape[2])

    def __repr__(self) -> str:
        return f"<GridWorlds: {len(self):,} of {self.height}×{self.width}>"

    def __len__(self) -> int:
        return len(self.cells)

    @overload
    def __getitem__(self, index: int) -> GridWorld: ...
    @overload
    def __getitem__(self, index: slice | NDArray[np.int64]) -> GridWorlds: ...
    def __getitem__(self, index: int | slice | NDArray[np.int64]) -> GridWorld | GridWorlds:
        if isinstance(index, int | np.integer):
            return GridWorld(self.cells[index], tuple(self.agents[index].tolist()), self.looks)
        return GridWorlds(self.cells[index], self.agents[index], self.looks)

    def arena(self, zones: None = None, memory: Callable[[GridWorld], Sequence[int]] | None = None) -> Arena:
        """The worlds as the engine takes them, with what a task remembers of each."""
        n, marks = len(self), np.zeros((len(self), 1), np.uint8)
        marks.flags.writeable = False
        remembered: list[Any] = [memory(self[i]) if memory else () for i in range(n)]
        notes = np.array(remembered, np.int64).reshape(n, -1)
        return Arena(self, self.cells, self.agents.view(np.uint64), marks, notes)
