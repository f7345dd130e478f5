"""What a training looks like: on a terminal a bar, and below it a table of the last validations; elsewhere lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leapscli.progress import Reporter
from leapscli.report.progress import RichReporter, progress

ROWS, WIDE = 10, 100
Record = Mapping[str, Any]
Watch = Callable[[Record], None]


@contextmanager
def training_view(console: Console | None = None) -> Iterator[tuple[Reporter, Watch]]:
    """A reporter for a training, and what is to be told of each line of metrics.jsonl."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        with progress(console) as lines:
            yield lines, lambda record: None
        return
    view = TrainingView(console)
    try:
        yield view, view.watch
    finally:
        view.stop()


class TrainingView(RichReporter):
    """A bar, and the last validations; those that were no better than all before are dim."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, below=self.table)
        self._height, self._wide = console.height, console.width >= WIDE
        self._records: deque[Record] = deque(maxlen=ROWS)

    def watch(self, record: Record) -> None:
        """A line of metrics.jsonl was written."""
        self._records.append(record)

    def update(self, done: int, *, total: int | None = None, **fields: object) -> None:
        """Moves the bar; the validations are in the table."""
        super().update(done, total=total, **{name: fields[name] for name in ("loss",) if self._wide and name in fields})

    def table(self) -> Table:
        """The last validations, as many as the screen has room for."""
        table = Table(box=None, pad_edge=False, padding=(0, 2 if self._wide else 1, 0, 0), header_style="dim")
        if self._records:
            for title in COLUMNS:
                table.add_column(title, justify="right", no_wrap=True)
        for record in list(self._records)[-max(1, self._height - 5) :]:
            style = "" if record["kept"] else "dim"
            table.add_row(*(Text(cell(record), style) for cell in COLUMNS.values()))
        return table


def _share(name: str) -> Callable[[Record], str]:
    """A share of the validation, as `98.6%`; empty where it was not measured."""

    def cell(record: Record) -> str:
        value = record["validation"].get(name)
        return "" if value is None else f"{value:.1%}"

    return cell


def _many(count: float) -> str:
    """A count in at most six characters: 12,800, 128k or 1.28M."""
    if count < 99_999.5:
        return f"{count:,.0f}"
    return f"{count / 1e3:.0f}k" if count < 999_500 else f"{count / 1e6:.2f}M"


COLUMNS: dict[str, Callable[[Record], str]] = {
    "step": lambda record: f"{record['step']:,}",
    "programs": lambda record: _many(record["programs"]),
    "loss": lambda record: f"{record['validation']['loss']:.3f}",
    "tokens": _share("token_accuracy"),
    "whole": _share("reconstruction"),
    "long": _share("reconstruction_long"),
    "traces": _share("traces_equal"),
    "KL": lambda record: f"{record['validation']['kl']:.3f}",
    "active": lambda record: f"{record['validation']['active_units']}",
    "executor": _share("action_accuracy"),
    "per s": lambda record: _many(record["programs_per_second"]),
}
