"""Frozen records of search states as plain values and arrays, and back: JSON and .npy files, nothing pickled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.vocabulary import Vocabulary

R = TypeVar("R")
Arrays = dict[str, NDArray[Any]]


def dump(record: Any, prefix: str = "") -> tuple[dict[str, Any], Arrays]:
    """The numbers and texts in `record`, and its arrays, each by its dotted path; nested records are followed.

    A vocabulary, which is that of the search, is left out.
    """
    values: dict[str, Any] = {}
    arrays: Arrays = {}
    for field in fields(record):
        name, value = prefix + field.name, getattr(record, field.name)
        if isinstance(value, Vocabulary):
            continue
        if is_dataclass(value):
            inner = dump(value, f"{name}.")
            values |= inner[0]
            arrays |= inner[1]
        elif isinstance(value, np.ndarray):
            arrays[name] = value
        elif isinstance(value, np.generic):
            values[name] = value.item()
        else:
            values[name] = value
    return values, arrays


def restore(template: R, values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> R:
    """A record like `template`, with what `dump` took from another of its type.

    Raises KeyError where something is missing, ValueError where an array is of another type.
    """
    found: dict[str, Any] = {}
    for field in fields(template):  # type: ignore[arg-type]
        name, like = prefix + field.name, getattr(template, field.name)
        if isinstance(like, Vocabulary):
            found[field.name] = like
        elif is_dataclass(like):
            found[field.name] = restore(like, values, arrays, f"{name}.")
        elif isinstance(like, np.ndarray):
            if arrays[name].dtype != like.dtype or arrays[name].ndim != like.ndim:
                raise ValueError(f"{name}: {arrays[name].dtype} with {arrays[name].ndim} axes, not {like.dtype}")
            found[field.name] = arrays[name]
        else:
            found[field.name] = values[name]
    return type(template)(**found)
