"""Initial worlds as compiled code takes them, whatever their domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Arena:
    """N initial worlds, flattened: `cells` and a task's `zones` uint8[N, S], its `memory` int64[N, M].

    `starts` uint64[N, A] are the agents, as the domain's `enter` reads them. Zones may be uint8[N, 1] where a task has
    none. `worlds` is the batch that they were made of, for whoever explains a run.
    """

    worlds: Any
    cells: NDArray[np.uint8]
    starts: NDArray[np.uint64]
    zones: NDArray[np.uint8]
    memory: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, part: slice) -> Arena:
        zones, memory = self.zones[part].copy(), self.memory[part].copy()
        zones.flags.writeable = False
        return Arena(self.worlds[part], self.cells[part], self.starts[part], zones, memory)
