"""A dataset in the terminal: its statistics with small charts, and some of its programs replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.text import Text

from leapscli.dsl.published import ACTION_TOKENS, PERCEPTIONS
from leapscli.dsl.tree import Style
from leapscli.report.terminal.console import emit, has_colours
from leapscli.report.terminal.histogram import bar
from leapscli.report.terminal.outcome import episode_facts, facts
from leapscli.report.terminal.programs import show
from leapscli.report.terminal.world import before_and_after

if TYPE_CHECKING:
    from leapscli.results.sample import Sample

Bars = Sequence[tuple[str, int]]
_ACTION_BINS = (0, 1, 2, 3, 4, 5, 10, 20, 50, 100, 256)  # the last one is open
_SHOWN = (*ACTION_TOKENS, *PERCEPTIONS, "not", "WHILE", "REPEAT", "IF", "IFELSE")  # the other tokens follow from these
_WIDEST = 40  # characters of a bar


def show_dataset(console: Console, found: Mapping[str, Any]) -> None:
    """Print what `stages.data.describe` found."""
    layout, splits = found["layout"], found["splits"]
    demos = f"{layout['demonstrations']} demonstrations each, of at most {layout['max_actions']} actions"
    rows = [
        ("dataset", f"{found['artifact']}, {found['bytes'] / 1e6:,.1f} MB, made {found['created'][:16]}"),
        ("command", found["command"]),
        ("programs", f"{found['programs']:,}: " + ", ".join(f"{count:,} {name}" for name, count in splits.items())),
        ("demonstrations", f"{demos}, on {layout['height']}×{layout['width']} worlds"),
        ("behave alike", alike(found)),
        *generation(found),
    ]
    emit(console, facts(rows), "")
    for title, bars in charts(found):
        emit(console, Text(title, "bold"), chart(bars, console.width, blocks=has_colours(console)), "")


def charts(found: Mapping[str, Any]) -> list[tuple[str, Bars]]:
    """The counts of a dataset: a title, and bars as (name, count)."""
    return [
        ("tokens of a program", _bins(found["lengths"], range(0, len(found["lengths"]) + 5, 5))),
        ("control statements around one another", _bins(found["nesting"], range(len(found["nesting"]) + 1))),
        ("actions of a demonstration", _bins(found["actions"], _ACTION_BINS)),
        ("occurrences", sorted(((name, found["tokens"][name]) for name in _SHOWN), key=lambda item: -item[1])),
    ]


def alike(found: Mapping[str, Any]) -> str:
    """The shares of programs that behave as an earlier one does."""
    d, programs = found["duplicates"], found["programs"]
    share, but = d["same_actions"] / programs, d["same_but_for_turns"] / programs
    several = d["across_splits"]
    across = f"{several:,} of their groups lie in several splits" if several else "none across splits"
    return f"{share:.1%} take the same actions as an earlier one, {but:.1%} but for turns on the spot; {across}"


def generation(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The statistics of generation; nothing for imported programs."""
    if "candidates" not in found:
        return []
    distinct, dropped, runs = found["distinct_candidates"], found["dropped"], found["runs"]
    few, uncovered = dropped["too_few_runs"], dropped["uncovered"]
    lost = ("failed", "cut_short", "too_long", "idle", "redundant")
    shares = ", ".join(f"{runs[name] / runs['drawn']:.1%} {name.replace('_', ' ')}" for name in lost)
    return [
        ("drawn", f"{found['candidates']:,} programs, {distinct:,} of them distinct"),
        ("dropped", f"{few / distinct:.1%} for too few runs to keep, {uncovered / distinct:.1%} for actions never met"),
        ("covered", f"{found['programs'] / (found['programs'] + uncovered):.1%} of those with enough runs"),
        ("runs", f"{runs['drawn']:,}: {shares}"),
    ]


def _bins(counts: Sequence[int], edges: Sequence[int]) -> list[tuple[str, int]]:
    """The counts of 0, 1, 2, … summed between `edges`; empty bins at both ends left out."""
    padded = np.zeros(max(edges[-1], len(counts)), np.int64)
    padded[: len(counts)] = counts
    bins = []
    for low, high in pairwise(edges):
        name = str(low) if high == low + 1 else f"{low}–{high - 1}" if high < 256 else f"{low} or more"
        bins.append((name, int(padded[low:high].sum())))
    full = [i for i, (_, count) in enumerate(bins) if count]
    return bins[full[0] : full[-1] + 1] if full else []


def chart(bars: Bars, width: int, *, blocks: bool) -> Text:
    """One line for each (name, count): a bar as long as its share of the largest, and the count."""
    text, most = Text(no_wrap=True), max((count for _, count in bars), default=1)
    names, digits = max((len(name) for name, _ in bars), default=0), len(f"{most:,}")
    room = max(8, min(_WIDEST, width - names - digits - 5))
    for i, (name, count) in enumerate(bars):
        text.append(f"  {name:>{names}} ", "dim")
        text.append(f"{bar(count / most * room, blocks):<{room}}", "cyan")
        text.append(f" {count:{digits},}" + "\n" * (i + 1 < len(bars)))
    return text


def show_samples(console: Console, samples: Sequence[Sample], style: Style) -> None:
    """Print the programs, each with its demonstration: the world before and after, and the actions."""
    for i, each in enumerate(samples):
        episode, title = each.episode, Text(f"{each.split} program {each.index:,}", "bold")
        title.append(f", demonstration {each.demonstration}", "dim")
        emit(console, *([""] if i else []), title, show(episode.program, style), "")
        emit(console, before_and_after(episode.before, episode.after, console), "", episode_facts(episode, []))
