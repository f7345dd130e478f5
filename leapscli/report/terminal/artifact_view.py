"""Artifacts on the screen: a table of many, the headlines of one, and what one was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from leapscli.artifacts.manifest import flat
from leapscli.report.terminal.console import emit
from leapscli.report.terminal.outcome import facts, table

if TYPE_CHECKING:
    from leapscli.artifacts.lineage import Lineage

Row = Mapping[str, Any]
TITLES = {
    "kind": "KIND",
    "reference": "ARTIFACT",
    "task": "TASK",
    "searcher": "SEARCHER",
    "return": "RETURN",
    "created": "CREATED",
    "bytes": "SIZE",
    "parents": "MADE FROM",
}
SPARED = ("parents", "bytes", "created")  # on a narrow terminal, in this order


def show_list(console: Console, rows: Sequence[Row]) -> None:
    """A line an artifact; columns that say nothing are left out, and on a terminal those that don't fit."""
    lines = [TITLES, *map(_shown, rows)]
    widths = {name: max(len(line[name]) for line in lines) for name in TITLES}
    names = [name for name in TITLES if any(line[name] for line in lines[1:])]
    for name in SPARED if console.is_terminal else ():
        if sum(widths[each] + 2 for each in names) - 2 > console.width and name in names:
            names.remove(name)
    for line in lines:
        text = "  ".join(line[name].ljust(widths[name]) for name in names).rstrip()
        console.print(text, markup=False, soft_wrap=True)


def _shown(row: Row) -> dict[str, str]:
    """A row as text."""
    text = {name: "" if row[name] is None else str(row[name]) for name in TITLES}
    task, _, size = text["task"].rpartition(" ")
    text |= {"task": f"{Path(task).stem} {size.replace('x', '×')}".strip(), "parents": ", ".join(row["parents"])}
    if row["damaged"]:
        return {**text, "created": "unreadable", "parents": "`leaps artifacts verify` tells more"}
    score = "" if row["return"] is None else f"{row['return']:.3f}"
    return {**text, "created": _minute(row["created"]), "bytes": size_text(row["bytes"]), "return": score}


def _minute(created: str) -> str:
    return created[:16].replace("T", " ")


def size_text(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def show_headlines(console: Console, title: str, found: Row) -> None:
    """Show an artifact's manifest, without hashes and long lists."""
    rows = {
        "path": found["path"],
        "created": f"{_minute(found['created'])} UTC, by leaps {found['tool']}",
        "command": found["command"] or "unknown",
        "made from": ", ".join(found["made from"]) or "nothing",
        "seed": str(found["seed"]),
        "recipe": _pairs(found["recipe"]) or "empty",
        "files": ", ".join(f"{name} ({size_text(size)})" for name, size in found["files"].items()),
    }
    metrics = [(name, _value(value)) for name, value in found["metrics"].items()]
    emit(console, title, facts(rows.items()))
    if metrics:
        emit(console, "", facts(metrics))


def _pairs(settings: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in settings.items())


def _value(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}" if isinstance(value, float) else str(value)


def show_differences(console: Console, titles: tuple[str, str], found: Sequence[tuple[str, Any, Any]]) -> None:
    """Show values that differ, a line each."""
    rows = [(name, *("–" if value is None else _value(value) for value in pair)) for name, *pair in found]
    emit(console, table(("", *titles), rows))


def show_lineage(console: Console, tree: Lineage) -> None:
    """Show an artifact's ancestors, back to recipes and seeds."""
    for line in _branch(tree, "", ""):
        console.print(line, markup=False, soft_wrap=True)


def _branch(node: Lineage, lead: str, indent: str) -> Iterator[str]:
    """One artifact of the tree, its recipe, and its parents below it."""
    remark = node.gone or ("as above" if node.repeated else None)
    yield f"{lead}{node.kind} {node.reference}" + (f"  ({remark})" if remark else "")
    manifest = node.artifact.manifest if node.artifact else None
    below = indent + ("│  " if node.parents else "   ")
    if manifest and not node.repeated:
        yield f"{below}{_minute(manifest.created)}  {manifest.command or 'command unknown'}"
        yield f"{below}seed {manifest.seed}, recipe {_pairs(dict(flat(manifest.recipe))) or 'empty'}"
    for i, parent in enumerate(node.parents):
        last = i == len(node.parents) - 1
        branch = ("└─ " if last else "├─ ") + ("continues " if parent.kind == node.kind else "")
        yield from _branch(parent, indent + branch, indent + ("   " if last else "│  "))
