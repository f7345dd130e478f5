"""Tables that fit the screen: where the columns are too wide side by side, each row is a block of names and values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

GAP = 2  # columns between two
PROSE = 20  # characters in which sentences can be read


def plain_table(gap: int = GAP) -> Table:
    """A table without lines, `gap` columns between two of its own; titles are dim."""
    return Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")


class Rows:
    """Rows of cells under their titles; the first cell says what the row is.

    Cells may be broken between words. `numbers`: they may not, and all but the first stand to the right.
    """

    def __init__(self, titles: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> None:
        self.titles, self.rows, self.numbers = titles, [tuple(row) for row in rows], numbers

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not console.is_terminal or self._least() <= options.max_width:
            yield self._beside()
        else:
            yield from self._below()

    def _least(self) -> int:
        """The width without which a cell would be broken where it may not."""
        columns = zip(self.titles, *self.rows, strict=True)
        longest = (max((len(part) for cell in column for part in self._parts(cell)), default=0) for column in columns)
        return sum(longest) + GAP * (len(self.titles) - 1)

    def _parts(self, cell: str) -> list[str]:
        return cell.splitlines() if self.numbers else [*cell.split(), cell[:PROSE]]

    def _beside(self) -> Table:
        table = plain_table()
        for i, title in enumerate(self.titles):
            right = self.numbers and i > 0
            style = "bold" if i == 0 and not self.numbers else ""
            table.add_column(
                title, style=style, overflow="fold", no_wrap=self.numbers, justify="right" if right else "left"
            )
        for row in self.rows:
            table.add_row(*map(Text, row))
        return table

    def _below(self) -> Iterable[RenderableType]:
        for first, *others in self.rows:
            grid = Table.grid(padding=(0, GAP, 0, 0))
            for title, cell in zip(self.titles[1:], others, strict=True):
                grid.add_row(Text(title.replace("\n", " "), "dim"), Text(cell, overflow="fold"))
            yield Text(first, "bold")
            yield Padding(grid, (0, 0, 0, GAP))
