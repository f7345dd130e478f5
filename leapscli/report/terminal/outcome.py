"""Outcomes in words: the actions of a run in short, how it ended, its return; and the same for many runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rich.table import Table
from rich.text import Text

from leapscli.dsl.published import PUBLISHED
from leapscli.report.palette import SYNTAX_STYLE
from leapscli.report.terminal.tables import Rows
from leapscli.tasks.episode import Episode
from leapscli.tasks.returns import told

GROUP, PASSAGE = 4, 24  # the most actions of a repeated group, and the most of those in a repeated passage
MOST_LETTERS = 600  # that are printed of the actions; --trace has them all

Item: TypeAlias = "str | tuple[tuple[Item, ...], int]"  # an action, or a group of items and how often it comes


def facts(rows: Iterable[tuple[str, str | Text]]) -> Table:
    """Names and values in two columns."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value) if isinstance(value, str) else value)
    return table


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Rows:
    """Columns under their titles; the first stands out."""
    return Rows(titles, rows)


def episode_facts(episode: Episode, circumstances: Iterable[tuple[str, str]]) -> Table:
    """Actions, end and return of one run, then the circumstances under which it ran."""
    actions, tests = len(episode.actions), len(episode.steps) - len(episode.actions)
    how = f"{episode.end}, after {_many(actions, 'action')} and {_many(tests, 'test')}"
    bumps = sum(not step.changed for step in episode.actions)
    rows: list[tuple[str, str | Text]] = [
        ("actions", shorten([step.name for step in episode.actions])),
        ("end", Text(how, "yellow" if episode.truncated else "")),
    ]
    if bumps:
        karel = episode.program.vocabulary == PUBLISHED
        why = " (a bump, nothing to pick up, a full cell)" if karel else ""
        rows.append(("no effect", f"{_many(bumps, 'action')}{why}"))
    if episode.total is not None:
        rows.append(("return", Text(return_text(episode.total), "bold green" if episode.solved else "bold")))
    return facts([*rows, *circumstances])


def shorten(actions: Sequence[str]) -> Text:
    """`move ×3, (turnLeft, move ×2) ×5`: what repeats is written once; cut after MOST_LETTERS."""
    text, shown = Text(), 0
    for item in _fold(_fold(list(actions), GROUP), PASSAGE):
        if len(text) > MOST_LETTERS:
            return text.append(f", … and {len(actions) - shown:,} more", "dim")
        text.append(", " if shown else "", "dim").append(_words(item))
        shown += _length(item)
    return text if actions else Text("none", "dim")


def _fold(items: Sequence[Item], longest: int) -> list[Item]:
    """From the left, the group of at most `longest` whose repetitions cover most (of equals the shortest), as one."""
    at, folded = 0, list[Item]()
    while at < len(items):
        best, covered = 1, 1
        for length in range(1, min(longest, (len(items) - at) // 2) + 1):
            end = at + length
            while end < len(items) and items[end] == items[end - length]:
                end += 1
            whole = (end - at) // length * length
            if whole >= 2 * length and whole > covered:
                best, covered = length, whole
        folded.append((tuple(items[at : at + best]), covered // best) if covered > 1 else items[at])
        at += covered
    return folded


def _words(item: Item) -> Text:
    if isinstance(item, str):
        return Text(item, SYNTAX_STYLE["action"])
    inner, times = Text(", ").join(_words(part) for part in item[0]), item[1]
    return (Text.assemble(("(", "dim"), inner, (")", "dim")) if len(item[0]) > 1 else inner).append(f" ×{times}", "")


def _length(item: Item) -> int:
    """The number of actions that an item stands for."""
    return 1 if isinstance(item, str) else item[1] * sum(_length(part) for part in item[0])


def return_text(value: float) -> str:
    """A return to four digits, without trailing zeros beyond two."""
    text = f"{told(value):.4f}"
    return text[:-2] if text.endswith("00") else text


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
