"""The report of a dataset: its statistics, and some of its programs at play."""

from __future__ import annotations

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.store import Workspace
from leapscli.report.pages.code import for_player
from leapscli.report.pages.page import page
from leapscli.report.pages.recording import recording
from leapscli.report.terminal.dataset_view import alike, charts, generation
from leapscli.stages.data.samples import describe, sample
from leapscli.stages.report.about import about

EXAMPLES = 12


def dataset_report(workspace: Workspace, dataset: Artifact) -> bytes:
    """The page of a dataset."""
    found = describe(dataset)
    examples = sample(dataset, min(EXAMPLES, found["programs"]), 0)
    layout = found["layout"]
    return page(
        "dataset.html",
        title=f"Dataset {dataset.reference}",
        facts=[
            ("programs", found["programs"]),
            *((f"of them {name}", count) for name, count in found["splits"].items()),
            ("demonstrations each", layout["demonstrations"]),
            ("worlds", f"{layout['height']}×{layout['width']}"),
            ("MB", found["bytes"] / 1e6),
        ],
        notes=[("behave alike", alike(found)), *generation(found)],
        charts=[
            {
                "title": title,
                "bars": [
                    {"name": name, "count": count, "share": count / max(1, *(n for _, n in bars))}
                    for name, count in bars
                ],
            }
            for title, bars in charts(found)
        ],
        examples=[
            {"title": f"{each.split} program {each.index:,}", "program": each.episode.program} for each in examples
        ],
        programs=[for_player(each.episode.program) for each in examples],
        recordings=[
            [recording(each.episode, f"demonstration {each.demonstration}", number)]
            for number, each in enumerate(examples)
        ],
        about=about(workspace, dataset),
    )
