"""Results in notebooks: small tables of HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def facts(title: str, values: Mapping[str, Any]) -> str:
    """A title, and a line for each value that there is."""
    lines = "".join(
        f"<tr><th style='text-align:left'>{html.escape(name)}</th><td style='text-align:left'>{_cell(value)}</td></tr>"
        for name, value in values.items()
        if value is not None
    )
    return f"<b>{html.escape(title)}</b><table>{lines}</table>"


def table(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> str:
    """A line for each row, of these of its values."""
    names = list(names)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{_cell(row.get(name))}</td>" for name in names) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if type(value) is int else html.escape(str(value))
