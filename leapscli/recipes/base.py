"""The base of all recipes: frozen, no unknown keys, no silent coercions; and field types with units."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo, field_validator

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


class Recipe(BaseModel):
    """A frozen record of settings; an unknown key is an error, and so is a yes/no where a number belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_bool_for_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        """Python counts True as 1; a recipe does not."""
        field = cls.model_fields[str(info.field_name)]
        if isinstance(value, bool) and field.annotation is not bool:
            raise ValueError(f"must be {_expected(field.annotation)}, found {'yes' if value else 'no'}")
        return value

    def resolved(self) -> dict[str, Any]:
        """Every setting as plain YAML values, for an artifact's manifest; reading them back gives this recipe."""
        return self.model_dump(mode="json")

    def replace(self, **changes: Any) -> Self:
        """A copy with `changes`, validated like the original."""
        return type(self).model_validate({**self.model_dump(), **changes})


def _expected(annotation: Any) -> str:
    """The values of a field in words: `auto, off, bf16 or fp16`, `a number`."""
    choices = [each for each in get_args(annotation) if isinstance(each, str)]
    if choices:
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    numeric = annotation in (int, float) or {int, float} & {*get_args(annotation)}
    return "a number" if numeric else "another kind of value"


def _duration(value: Any) -> Any:
    """`45m` → 2700.0; numbers are seconds already."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value)
    if not match:
        raise ValueError("a duration is a number with a unit, as in 90s, 45m or 2h")
    return float(match[1]) * _SECONDS[match[2]]


Duration = Annotated[float, BeforeValidator(_duration), Field(gt=0)]
"""Seconds; written `90s`, `45m`, `2h`, `1d`, or as a plain number of seconds."""


class RunBudget(Recipe):
    """The budget of one run of a program: exactly one of `calls` and `primitives` is set."""

    calls: Annotated[int, Field(gt=0)] | None = None
    primitives: Annotated[int, Field(gt=0)] | None = None


def _budget(value: Any) -> Any:
    """`220 calls` → RunBudget(calls=220)."""
    if isinstance(value, RunBudget):
        return value
    match = re.fullmatch(r"\s*([\d_]+)\s+(calls|primitives)\s*", value) if isinstance(value, str) else None
    if not match or int(match[1]) < 1:
        raise ValueError("a budget is a number and what it counts, as in `220 calls` or `10000 primitives`")
    return RunBudget(**{match[2]: int(match[1])})


def _budget_text(budget: RunBudget) -> str:
    """The inverse of `_budget`."""
    return f"{budget.calls} calls" if budget.calls is not None else f"{budget.primitives} primitives"


BudgetField = Annotated[RunBudget, BeforeValidator(_budget), PlainSerializer(_budget_text)]
"""How a program's run is bounded; `220 calls` (as published) or `10000 primitives` (the literature since 2024)."""

Seed = Annotated[int, Field(ge=0, lt=2**63)]
