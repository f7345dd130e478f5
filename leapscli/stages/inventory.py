"""The contents of a workspace, an artifact a row, and the headlines of one: plain values."""

from __future__ import annotations

import math
from typing import Any

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.manifest import flat
from leapscli.errors import ArtifactError

Row = dict[str, Any]
SHORT = 8  # the most values of a list, or of a group, that are headlines
ORDERS = {"created": "created", "return": "return", "size": "bytes", "task": "task", "searcher": "searcher"}


def row(artifact: Artifact) -> Row:
    """An artifact in a line; for a damaged one `damaged` says what is wrong.

    Of runs and policies `task`, `searcher` (or algorithm) and `return`: on fresh states, or else on those searched.
    """
    place = {"kind": artifact.kind, "reference": artifact.reference, "path": str(artifact.path)}
    try:
        manifest = artifact.manifest
    except ArtifactError as error:
        unknown = dict.fromkeys(("created", "bytes", "task", "searcher", "return"))
        return {**place, **unknown, "parents": [], "damaged": error.message}
    scored = artifact.kind in ("run", "policy")
    recipe, metrics = (manifest.recipe, manifest.metrics) if scored else ({}, {})
    held_out, searched = (_number(metrics.get(name)) for name in ("return_held_out", "return_searched"))
    searcher = recipe.get("searcher") or recipe.get("algorithm")
    return {
        **place,
        "created": manifest.created,
        "bytes": sum(file.size for file in manifest.files),
        "task": f"{recipe['task']} {recipe['size']}" if "task" in recipe and "size" in recipe else None,
        "searcher": searcher if isinstance(searcher, str) else None,
        "return": searched if held_out is None else held_out,
        "parents": [parent.reference for parent in manifest.parents],
        "damaged": None,
    }


def _number(value: Any) -> float | None:
    """A number that compares with others; None for anything else."""
    return float(value) if type(value) in (int, float) and math.isfinite(value) else None


def ordered(rows: list[Row], order: str | None) -> list[Row]:
    """Newest, best or largest first, texts by the alphabet, those without such a value last; else as they come."""
    if order is None:
        return rows
    key = ORDERS[order]
    known = sorted((each for each in rows if each[key] is not None), key=lambda each: each[key])
    known = known if order in ("task", "searcher") else known[::-1]
    return [*known, *(each for each in rows if each[key] is None)]


def headlines(artifact: Artifact) -> Row:
    """The manifest of an artifact without hashes, unknown values and long lists."""
    m = artifact.manifest
    long = [name for name, value in m.metrics.items() if isinstance(value, list | dict) and len(value) > SHORT]
    metrics = flat({name: value for name, value in m.metrics.items() if name not in long})
    return {
        "path": str(artifact.path),
        "created": m.created,
        "tool": m.tool,
        "command": m.command,
        "made from": [f"{parent.kind} {parent.reference}" for parent in m.parents],
        "seed": m.seed,
        "recipe": dict(flat(m.recipe)),
        "files": {file.name: file.size for file in m.files},
        "metrics": {name: value for name, value in metrics if value is not None},
        "left out": long,
    }
