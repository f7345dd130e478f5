"""The report of a model: its training, what it gives back, and what its space looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.store import Workspace
from leapscli.dsl.published import ACTIONS
from leapscli.report.pages.line_chart import Series, line_chart
from leapscli.report.pages.page import page
from leapscli.report.plots import PANELS
from leapscli.seeding import stream
from leapscli.stages.model.compare import compare
from leapscli.stages.model.plots import Projection, project, training_records
from leapscli.stages.model.walks import interpolate, neighbours
from leapscli.stages.report.about import Content, about

MAPPED, RECONSTRUCTED, PRIOR = 600, 500, 12  # programs
STEPS, SIGMA, SAMPLES, NEAR = 11, 0.5, 200, 8  # of walks and of neighbours
SIDE = 100  # units of the map


def model_report(workspace: Workspace, model: Artifact) -> bytes:
    """The page of a model."""
    from leapscli.artifacts.layout import WEIGHTS
    from leapscli.vae.model import LatentModel

    records, metrics = training_records(model), model.manifest.metrics
    space = LatentModel.load(model.file(WEIGHTS))
    found = project(workspace, model, None, MAPPED, 0)
    (measured,) = compare([model], RECONSTRUCTED, 0)
    ends = [program for program in found.tokens.programs() if program.tokens][:2]
    prior = stream(0, "report", "prior").standard_normal((PRIOR, space.latent), np.float32)
    last = records[-1]["validation"] if records else {}
    return page(
        "model.html",
        title=f"Model {model.reference}",
        facts=[
            ("weights", measured["weights"]),
            ("latent dimensions", measured["latent"]),
            ("steps", metrics.get("step")),
            ("held-out programs reconstructed", last.get("reconstruction")),
            ("random programs reconstructed", measured["exact"]),
            ("the same, vectors refined", measured["refined"]),
            ("decoded a second", round(measured["decoded_per_second"])),
        ],
        lengths=[
            {"name": name.removeprefix("exact_").replace("_", " "), "share": share}
            for name, share in measured.items()
            if name.startswith("exact_")
        ],
        measured=RECONSTRUCTED,
        charts=[chart for panel in PANELS if (chart := _training(panel, records))],
        map=_map(found),
        prior=space.decode(prior),
        line=interpolate(model, ends[0], ends[1], STEPS, 0),
        around=neighbours(model, ends[0], sigma=SIGMA, samples=SAMPLES, count=NEAR, seed=0),
        about=about(workspace, model),
    )


def _training(panel: Any, records: Sequence[dict[str, Any]]) -> Content | None:
    """A chart of what was logged; None where nothing was."""
    title, curves = panel
    series = []
    for name, (part, key), _ in curves:
        points = [(r["programs"], r[part][key]) for r in records if r.get(part, {}).get(key) is not None]
        if points:
            x, y = np.array(points, float).T
            series.append(Series(name, x, y))
    if not series:
        return None
    caption = f"{title[:1].upper()}{title[1:]}, over the programs seen in training."
    return line_chart(series, x_label="programs seen", y_label="", caption=caption, log_y=title == "loss")


def _map(found: Projection) -> Content:
    """Points on a map of `SIDE` units, each with its program and the action that it takes most."""
    low, high = np.quantile(found.places, (0.005, 0.995), axis=0)
    places = np.clip((found.places - low) / np.maximum(high - low, 1e-9), 0, 1) * (SIDE - 4) + 2
    most = found.actions.argmax(1)
    rows = zip(places.round(2).tolist(), most.tolist(), found.tokens.programs(), strict=True)
    return {
        "label": found.label,
        "side": SIDE,
        "explained": found.explained.tolist(),
        "actions": ACTIONS,
        "points": [
            {"x": x, "y": SIDE - y, "most": action, "program": program.pretty("python")}
            for (x, y), action, program in rows
        ],
    }
