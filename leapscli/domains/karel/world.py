"""Karel's world: one (`World`) and a batch of equal size (`Worlds`), as numpy arrays and as text.

Text form, one line a row: `#` wall, `.` empty, `1`-`9` markers, `^ > v <` Karel facing north, east, south, west.
After the rows, `under: 3` says that Karel stands on three markers, and `seed: 7` names the random stream of worlds
that change while they are played (the task `snake`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leapscli.domains.karel.cells import ARROWS, MAX_MARKERS, MAX_SEED, MAX_SIDE, WALL, Agent, offsets
from leapscli.domains.karel.map_text import parse_map
from leapscli.domains.karel.svg import svg
from leapscli.engine.arena import Arena
from leapscli.errors import WorldError, described, whole
from leapscli.seeding import stream

if TYPE_CHECKING:
    from leapscli.domains.karel.canvas import Canvas


@dataclass(frozen=True, eq=False, repr=False)
class World:
    """One world: `walls` bool[H, W], `markers` uint8[H, W] of 0..9, `agent` (row, column, direction N=0 E=1 S=2 W=3).

    Row 0 is on top; everything outside is wall. Raises WorldError when the parts do not fit together.
    """

    walls: NDArray[np.bool_]
    markers: NDArray[np.uint8]
    agent: Agent
    seed: int = 0

    def __init__(self, walls: ArrayLike, markers: ArrayLike, agent: Sequence[int], seed: int = 0) -> None:
        object.__setattr__(self, "walls", _frozen(_numbers(walls, "walls").astype(np.bool_)))
        counts = _numbers(markers, "markers")
        if counts.size and (counts.min() < 0 or counts.max() > MAX_MARKERS):
            raise WorldError(f"a cell holds {counts.min()} to {counts.max()} markers; 0 to {MAX_MARKERS} fit")
        object.__setattr__(self, "markers", _frozen(counts.astype(np.uint8)))
        if isinstance(agent, str) or not isinstance(agent, Iterable) or len(place := tuple(agent)) != 3:
            raise WorldError(f"agent: expected (row, column, direction), not {described(agent)}")
        object.__setattr__(self, "agent", tuple([whole(part, "agent") for part in place]))
        object.__setattr__(self, "seed", whole(seed, "seed"))
        self._check()

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: made anew, so that its arrays cannot be written there either."""
        return World, (self.walls, self.markers, self.agent, self.seed)

    def _check(self) -> None:
        shape, (row, column, direction) = self.walls.shape, self.agent
        if len(shape) != 2 or self.markers.shape != shape:
            raise WorldError(f"walls {shape} and markers {self.markers.shape} must be one and the same [H, W]")
        if not (1 <= shape[0] <= MAX_SIDE and 1 <= shape[1] <= MAX_SIDE):
            raise WorldError(f"a world of {shape[0]}×{shape[1]}: each side must be 1 to {MAX_SIDE} cells")
        if not (0 <= row < shape[0] and 0 <= column < shape[1] and 0 <= direction < 4):
            raise WorldError(f"Karel at row {row}, column {column}, direction {direction} is not in a {shape} world")
        if self.walls[row, column]:
            raise WorldError(f"Karel stands in the wall at row {row}, column {column}")
        if bool((self.markers[self.walls] > 0).any()):
            raise WorldError("a wall cell holds markers")
        if not 0 <= self.seed <= MAX_SEED:
            raise WorldError(f"a seed is 0 to {MAX_SEED}")

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.walls.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.walls.shape[1])

    @classmethod
    def parse(cls, text: str) -> World:
        """Read the text form; `str(world)` writes it. Raises WorldError naming line and column."""
        if not isinstance(text, str):
            raise WorldError(f"expected the text of a world, not {described(text)}")
        return cls(*parse_map(text))

    @classmethod
    def from_cells(cls, cells: NDArray[np.uint8], agent: Sequence[int], seed: int = 0) -> World:
        """The world with these cells uint8[H, W]: markers, 255 for wall."""
        walls = cells == WALL
        return cls(walls, np.where(walls, 0, cells), agent, seed)

    @cached_property
    def cells(self) -> NDArray[np.uint8]:
        """Markers and walls (255) in one array, uint8[H, W]."""
        return _frozen(np.where(self.walls, np.uint8(WALL), self.markers))

    def canvas(self, cell: int) -> Canvas:
        """An image of so many pixels a cell that follows this world."""
        from leapscli.domains.karel.canvas import Canvas

        return Canvas(self.height, self.width, cell)

    def changed(self, cells: NDArray[np.uint8], agent: Sequence[int]) -> World:
        """The world with other cells and another agent, as a viewer shows it."""
        return World.from_cells(cells, agent)

    def __str__(self) -> str:
        row, column, direction = self.agent
        rows = [["#" if wall else "." if count == 0 else str(count) for wall, count in zip(*line, strict=True)]
                for line in zip(self.walls, self.markers, strict=True)]  # fmt: skip
        rows[row][column] = ARROWS[direction]
        lines = ["".join(line) for line in rows]
        if under := int(self.markers[row, column]):
            lines.append(f"under: {under}")
        if self.seed:
            lines.append(f"seed: {self.seed}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f'World.parse("""\n{self}\n""")'

    def _repr_html_(self) -> str:
        """For notebooks: a drawing."""
        return svg(self.walls, self.markers, self.agent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, World):
            return NotImplemented
        same_place = self.agent == other.agent and self.seed == other.seed
        return same_place and np.array_equal(self.walls, other.walls) and np.array_equal(self.markers, other.markers)

    def __hash__(self) -> int:
        return hash((self.walls.tobytes(), self.markers.tobytes(), self.walls.shape, self.agent, self.seed))


@dataclass(frozen=True, eq=False, repr=False)
class Worlds:
    """N worlds of one size: walls bool[N, H, W], markers uint8[N, H, W], agents int16[N, 3], seeds uint64[N]."""

    walls: NDArray[np.bool_]
    markers: NDArray[np.uint8]
    agents: NDArray[np.int16]
    seeds: NDArray[np.uint64]

    def __post_init__(self) -> None:
        """Compiled code relies on shapes, dtypes and places. Raises WorldError."""
        for name, dtype in (("walls", np.bool_), ("markers", np.uint8), ("agents", np.int16), ("seeds", np.uint64)):
            part = getattr(self, name)
            if not isinstance(part, np.ndarray) or part.dtype != dtype:
                raise WorldError(f"{name}: expected an array of {np.dtype(dtype)}, not {described(part)}")
        n, shape = len(self.walls), self.walls.shape
        fits = self.markers.shape == shape and self.agents.shape == (n, 3) and self.seeds.shape == (n,)
        if len(shape) != 3 or not fits:
            shapes = (list(part.shape) for part in (self.walls, self.markers, self.agents, self.seeds))
            wanted = "expected walls [N, H, W], markers [N, H, W], agents [N, 3] and seeds [N]"
            raise WorldError(f"{wanted}, not {', '.join(map(str, shapes))}")
        self.check_agents()

    def check_agents(self) -> None:
        """Compiled code relies on agents within the world. Raises WorldError, also where the arrays were changed."""
        height, width = self.walls.shape[1:]
        if len(self.agents) and ((self.agents < 0) | (self.agents >= (height, width, 4))).any():
            raise WorldError(f"an agent is not in a world of {height}×{width}, or faces no direction")

    def __repr__(self) -> str:
        return f"<Worlds: {len(self):,} of {self.height}×{self.width}>"

    @classmethod
    def stack(cls, worlds: Sequence[World]) -> Worlds:
        """A batch of `worlds`, which must be of one size. Raises WorldError."""
        if isinstance(worlds, str | World) or not isinstance(worlds, Iterable):
            raise WorldError(f"expected a list of worlds, not {described(worlds)}", "put it in a list: [world]")
        worlds = list(worlds)
        for i, world in enumerate(worlds):
            if not isinstance(world, World):
                raise WorldError(f"world {i} of the list is {described(world)}", "World.parse(text) makes one")
        if not worlds:
            raise WorldError("a batch needs at least one world")
        if len({world.walls.shape for world in worlds}) > 1:
            raise WorldError(f"worlds of different sizes: {sorted({world.walls.shape for world in worlds})}")
        return cls(
            np.stack([world.walls for world in worlds]),
            np.stack([world.markers for world in worlds]),
            np.array([world.agent for world in worlds], np.int16),
            np.array([world.seed for world in worlds], np.uint64),
        )

    @classmethod
    def from_cells(cls, cells: NDArray[np.uint8], agents: ArrayLike, seeds: NDArray[np.uint64] | None = None) -> Worlds:
        """A batch from `cells` uint8[N, H, W] (markers, 255 for wall) and `agents` [N, 3]."""
        walls = cells == WALL
        markers = np.where(walls, np.uint8(0), cells)
        seeds = np.zeros(len(cells), np.uint64) if seeds is None else seeds
        wide = np.asarray(agents)
        if wide.size and not (wide.min() >= -1 and wide.max() <= MAX_SIDE):  # what a cast would hide
            raise WorldError(f"an agent is not in a world of {cells.shape[1]}×{cells.shape[2]}, or faces no direction")
        return cls(walls, markers, wide.astype(np.int16), seeds)

    def cells(self) -> NDArray[np.uint8]:
        """Markers and walls (255) in one array, uint8[N, H, W]."""
        return np.where(self.walls, np.uint8(WALL), self.markers)

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.walls.shape[1])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.walls.shape[2])

    def arena(
        self,
        zones: Callable[[World], NDArray[np.uint8]] | None = None,
        memory: Callable[[World], Sequence[int]] | None = None,
    ) -> Arena:
        """The worlds as the engine takes them, with a task's marks on cells and what it remembers, made of each."""
        n = len(self)
        flat = np.zeros((n, self.padded.shape[1]), np.uint8) if zones else np.zeros((n, 1), np.uint8)
        remembered: list[Sequence[int]] = []
        for i in range(n if zones or memory else 0):
            world = self[i]
            if zones:
                grid = np.pad(zones(world), 1)
                flat[i, : grid.size] = grid.ravel()
            remembered.append(memory(world) if memory else ())
        flat.flags.writeable = False  # shared by all programs: a reward cannot change it
        notes = np.array(remembered, np.int64).reshape(n, -1) if memory else np.zeros((n, 0), np.int64)
        return Arena(self, self.padded, self.starts, flat, notes)

    @cached_property
    def starts(self) -> NDArray[np.uint64]:
        """Karel in `padded`, uint64[N, 3], wrapping: his place, the offsets of the cells ahead and to the left."""
        self.check_agents()
        stride = self.width + 2
        row, column, direction = self.agents.astype(np.int64).T
        ahead = np.array(offsets(stride))
        place = (row + 1) * stride + column + 1
        return np.stack([place, ahead[direction], ahead[(direction + 3) % 4]], 1).astype(np.uint64)

    def __len__(self) -> int:
        return len(self.walls)

    @overload
    def __getitem__(self, index: int) -> World: ...
    @overload
    def __getitem__(self, index: slice | NDArray[np.int64]) -> Worlds: ...
    def __getitem__(self, index: int | slice | NDArray[np.int64]) -> World | Worlds:
        if isinstance(index, int | np.integer):
            row, column, direction = self.agents[index].tolist()
            return World(self.walls[index], self.markers[index], (row, column, direction), int(self.seeds[index]))
        return Worlds(self.walls[index], self.markers[index], self.agents[index], self.seeds[index])

    @cached_property
    def padded(self) -> NDArray[np.uint8]:
        """`cells` inside a ring of wall, each world flattened and filled up to whole 8-byte words: uint8[N, S].

        The ring is why compiled code needs no bounds check.
        """
        n, h, w = self.walls.shape
        grid = np.full((n, h + 2, w + 2), WALL, np.uint8)
        grid[:, 1:-1, 1:-1] = self.cells()
        size = (h + 2) * (w + 2)
        flat = np.full((n, -(-size // 8) * 8), WALL, np.uint8)
        flat[:, :size] = grid.reshape(n, size)
        return flat


def random_worlds(
    count: int, seed: int, *, first: int = 0, height: int = 8, width: int = 8, wall: float = 0.1, marker: float = 0.1
) -> Worlds:
    """Worlds as LEAPS draws them: a border of wall, inside it walls and single markers at random, Karel anywhere free.

    World i depends on (seed, first + i) alone. `wall` and `marker` are probabilities a cell.
    """
    return Worlds.stack([_random_world(stream(seed, "worlds", first + i), height, width, wall, marker)
                         for i in range(count)])  # fmt: skip


def _random_world(rng: np.random.Generator, height: int, width: int, wall: float, marker: float) -> World:
    if height < 3 or width < 3 or not (0 <= wall < 1 and 0 <= marker <= 1):
        raise WorldError(f"no random world of {height}×{width} with wall={wall}, marker={marker}", "at least 3×3")
    while True:
        walls = border(height, width)
        walls[1:-1, 1:-1] = rng.random((height - 2, width - 2)) < wall
        free = np.argwhere(~walls)
        if len(free):
            markers = ~walls & (rng.random((height, width)) < marker)
            row, column = free[rng.integers(len(free))]
            return World(walls, markers, (row, column, int(rng.integers(4))))


def border(height: int, width: int) -> NDArray[np.bool_]:
    """Walls bool[H, W] of an empty room."""
    walls = np.ones((height, width), np.bool_)
    walls[1:-1, 1:-1] = False
    return walls


def _numbers(cells: ArrayLike, name: str) -> NDArray[Any]:
    """An array of whole numbers, or of True and False."""
    try:
        array = np.asarray(cells)
    except ValueError:  # rows of different lengths
        array = np.zeros(0, object)
    if array.dtype.kind in "biu" or (array.dtype.kind == "f" and (np.rint(array) == array).all()):
        return array
    raise WorldError(f"{name}: expected an array [H, W] of whole numbers, not {described(cells)}")


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
