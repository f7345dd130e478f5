"""The log of a training: metrics.jsonl, a line for each validation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leapscli.errors import ArtifactError

Record = dict[str, Any]
Count = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Named(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Validation(_Named):
    loss: Number
    kl: Number
    active_units: Count
    token_accuracy: Number
    reconstruction: Number
    reconstruction_long: Number | None = None
    traces_equal: Number | None = None
    action_accuracy: Number | None = None


class _Record(_Named):
    step: Count
    programs: Count
    seconds: Number = 0.0
    programs_per_second: Number = 0.0
    train: dict[str, Number] = {}
    validation: _Validation


def read_metrics(path: Path) -> list[Record]:
    """The validations, the oldest first, at least one; a last line that a kill has cut is left out.

    Raises ArtifactError with file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path}: cannot be read ({error})") from None
    records = [_record(path, number, line) for number, line in enumerate(lines, 1)]
    if not records:
        raise ArtifactError(f"{path}: holds no validation")
    return records


def check_record(record: object) -> Record:
    """A record of a validation, its values of the right types. Raises ValueError saying which is not."""
    try:
        _Record.model_validate(record)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ValueError(f"not a validation: {where} is missing or wrong" if where else "not a validation") from None
    return dict(cast("Record", record))


def _record(path: Path, number: int, line: str) -> Record:
    try:
        return check_record(json.loads(line))
    except RecursionError:
        raise ArtifactError(f"{path}:{number}: not a validation") from None
    except ValueError as error:
        reason = "not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        raise ArtifactError(f"{path}:{number}: {reason}") from None
