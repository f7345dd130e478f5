"""Training metrics for TensorBoard: every number of metrics.jsonl as a scalar in event files.

They lie in a folder of the user's, not in the model: TensorBoard wants to read them while training writes, and a model
never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from leapscli.errors import MissingExtra
from leapscli.vae.training.state import Record, Watch


def check_tensorboard() -> None:
    """Raises InputError where the package is missing."""
    if find_spec("tensorboard") is None:
        raise MissingExtra("TensorBoard", "tensorboard")


@contextmanager
def board(folder: Path) -> Iterator[Watch]:
    """A function that writes each validation into event files in `folder`, flushed at once.

    The first one tells TensorBoard to forget what an earlier training wrote there from the same step on.
    """
    from torch.utils.tensorboard.writer import SummaryWriter

    writer: Any = None

    def write(record: Record) -> None:
        nonlocal writer
        writer = writer or SummaryWriter(str(folder), purge_step=record["step"])
        for name, value in scalars(record):
            writer.add_scalar(name, value, record["step"])
        writer.flush()

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()


def scalars(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """`validation/loss`, `lr`, …: the measurements in a line of metrics.jsonl by where they stand in it."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from scalars(value, f"{prefix}{name}/")
        elif value is not None and name not in ("step", "kept"):
            yield prefix + name, float(value)
