"""What a run did, in words: its actions in short, how it ended, what it earned; and the same for many runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from leapscli.report.episode import Episode
from leapscli.report.palette import SYNTAX_STYLE

LONGEST_PATTERN = 16  # actions that are looked for as a repeating group
MOST_GROUPS = 40  # groups of actions that are printed; --trace has them all


def facts(rows: Iterable[tuple[str, str | Text]]) -> Table:
    """Names and values in two columns."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return table


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Columns under their titles; the first stands out."""
    result = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for i, title in enumerate(titles):
        result.add_column(title, style="bold" if i == 0 else "", overflow="fold")
    for row in rows:
        result.add_row(*(Text(cell) for cell in row))
    return result


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
        rows.append(("no effect", f"{_many(bumps, 'action')} (a bump, nothing to pick up, a full cell)"))
    if episode.total is not None:
        rows.append(("return", Text(number(episode.total), "bold green" if solved(episode.total) else "bold")))
    return facts([*rows, *circumstances])


def shorten(actions: Sequence[str]) -> Text:
    """`move ×3, (turnLeft pickMarker) ×5`: repeated groups once, cut after MOST_GROUPS of them."""
    text, shown = Text(), 0
    groups = list(_groups(actions))
    for i, (group, times) in enumerate(groups[:MOST_GROUPS]):
        words = " ".join(group)
        text.append(", " if i else "", "dim")
        text.append(f"({words})" if len(group) > 1 else words, SYNTAX_STYLE["action"])
        text.append(f" ×{times}" if times > 1 else "")
        shown += len(group) * times
    if shown < len(actions):
        text.append(f", … and {len(actions) - shown:,} more", "dim")
    return text if actions else Text("none", "dim")


def _groups(actions: Sequence[str]) -> Iterable[tuple[Sequence[str], int]]:
    """From the left, the group whose repetitions cover most; of equals the shortest."""
    at = 0
    while at < len(actions):
        best, covered = 1, 1
        for length in range(1, min(LONGEST_PATTERN, (len(actions) - at) // 2) + 1):
            end = at + length
            while end < len(actions) and actions[end] == actions[end - length]:
                end += 1
            whole = (end - at) // length * length
            if whole >= 2 * length and whole > covered:
                best, covered = length, whole
        yield actions[at : at + best], covered // best
        at += covered


def number(value: float) -> str:
    """A return to four digits, without trailing zeros beyond two."""
    text = f"{value:.4f}"
    return text[:-2] if text.endswith("00") else text


def solved(value: float) -> bool:
    """Whether a return is the most that a task gives; returns are sums of fractions."""
    return value >= 1 - 1e-6


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
