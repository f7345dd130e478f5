"""Finds the programs of the gallery: `python docs/site/gallery.py` writes gallery.json, in some minutes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import leapscli as leaps
from leapscli.tasks.suites import names

FILE = Path(__file__).with_suffix(".json")


def find(task: str) -> dict[str, object]:
    """The shortest of the best programs of a few short searches for a task."""
    with tempfile.TemporaryDirectory() as folder:
        runs = leaps.sweep(task, "evolution", seeds=4, max_time=20, workspace=folder, progress=False).runs
        found = [(leaps.evaluate(run, episodes=1000, seed=7).mean, run.program) for run in runs]
    mean, program = max(found, key=lambda pair: (round(pair[0], 6), -len(pair[1].tokens)))
    return {"program": str(program), "mean": round(mean, 4)}


if __name__ == "__main__":
    gallery = {task: find(task) for task in names()}
    FILE.write_text(json.dumps(gallery, indent=1) + "\n", encoding="utf-8")
