"""The report of an evaluation of a model: what `leaps model evaluate` measured."""

from __future__ import annotations

import json
from typing import Any

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import EVALUATION
from leapscli.artifacts.store import Workspace
from leapscli.errors import ArtifactError
from leapscli.report.pages.line_chart import Series, line_chart
from leapscli.report.pages.page import page
from leapscli.stages.report.about import Content, about


def evaluation_report(workspace: Workspace, evaluation: Artifact) -> bytes:
    """The page of an evaluation. Raises ArtifactError for a file that lacks something."""
    path = evaluation.file(EVALUATION)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        content = _content(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{path}: not an evaluation ({type(error).__name__}: {str(error)[:60]})") from None
    return page(
        "evaluation.html",
        title=f"Evaluation {evaluation.reference}",
        **content,
        about=about(workspace, evaluation),
    )


def _content(found: dict[str, Any]) -> Content:
    whole, populations = found["reconstruction"]["all"], (found["held_out"], found["prior"], found["lines"]["decoded"])
    return {
        "facts": [
            ("model", found["model"]),
            ("dataset", found["dataset"]),
            ("programs", found["programs"]),
            ("reconstructed", whole["exact"]),
            ("behave the same", whole["traces_equal"]),
            ("active dimensions", found["latent"]["active"]),
            ("KL, nats", found["latent"]["kl_total"]),
        ],
        "reconstruction": [{"name": name, **row} for name, row in found["reconstruction"].items()],
        "populations": [
            (name, [row[key] for row in populations])
            for name, key in (
                ("valid programs", "valid"),
                ("distinct ones", "distinct"),
                ("end on some of the worlds", "end_somewhere"),
                ("end on all of the worlds", "end_everywhere"),
            )
        ],
        "charts": [_line(found["lines"]), _locality(found["locality"])],
    }


def _line(lines: dict[str, Any]) -> Content:
    points = [i / (lines["points"] - 1) for i in range(lines["points"])]
    series = [Series("like the start", points, lines["to_start"]), Series("like the end", points, lines["to_end"])]
    caption = f"Similarity of behaviour along {lines['lines']:,} straight lines between encodings."
    return line_chart(series, x_label="from start to end", y_label="similarity", caption=caption)


def _locality(locality: dict[str, Any]) -> Content:
    series = [
        Series(
            f"{name}, {what}", [row["sigma"] for row in rows], [row[key] for row in rows], dashed=key == "similarity"
        )
        for name, rows in (("encodings", locality["encodings"]), ("N(0, I)", locality["prior"]))
        for what, key in (("same program", "same"), ("behaves alike", "similarity"))
    ]
    caption = "Locality: how often z + σ·ε decodes to the program of z, and how alike it behaves."
    return line_chart(series, x_label="σ", y_label="share", caption=caption)
