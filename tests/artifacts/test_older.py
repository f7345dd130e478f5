"""Artifacts of earlier versions stay readable: each was made by the version in its name, and is kept as it was.

A version that changes what it writes adds an archive of its own; none is ever made again.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import leapscli as leaps
from leapscli.artifacts.store import Workspace, verify
from leapscli.cli.main import build
from tests import ROOT

ARCHIVES = sorted((ROOT / "tests/golden").glob("artifacts-*.tar.xz"))


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.name)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def call(place: Path, *arguments: str) -> str:
    result = CliRunner().invoke(build(), [*arguments, "--workspace", str(place)])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def test_every_kind_is_whole_and_used(place: Path) -> None:
    artifacts = Workspace(place).list()
    assert {each.kind for each in artifacts} == {"dataset", "model", "run", "evaluation", "policy"}
    assert all(verify(each) == [] for each in artifacts)
    for reference in ("karel", "leaps", "maze", "leaps-v1", "net"):
        call(place, "artifacts", "show", reference)
    assert "24: " in call(place, "data", "show", "karel")
    call(place, "data", "sample", "karel", "-n", "2")
    call(place, "model", "evaluate", "leaps", "--programs", "2")
    assert "dataset karel@v1" in call(place, "artifacts", "lineage", "maze")
    assert leaps.evaluate(leaps.load_run("maze", workspace=place), episodes=5).returns.shape == (5,)
    assert leaps.evaluate(leaps.load_policy("net", workspace=place), episodes=5).returns.shape == (5,)
    model = leaps.load_model("leaps", workspace=place)
    assert model.encode([leaps.Program.parse("DEF run m( move m)")]).shape == (1, 6)


def test_a_model_and_a_search_go_on(place: Path) -> None:
    size = {"hidden": 6, "latent": 6}
    settings = {"architecture": size, "validation": {"every": 4, "programs": 4}, "demos_per_program": 1}
    model = leaps.train("karel", "smoke", steps=8, resume=True, workspace=place, **settings)
    assert model.reference == "leaps@v2" and model.artifact.manifest.resumed[0].reference == "leaps@v1"
    own = {"population": 8, "states": 2, "validation": 2, "held_out": 4, "target": None}
    run = leaps.synthesize("maze", "cem", "leaps@v1", iterations=4, resume=True, workspace=place, **own)
    assert run.metrics["iterations"] == 4 and run.metrics["episodes"] is None  # it did not count them
    assert [row["episodes"] for row in run.history[:2]] == [None, None]


def test_every_kind_has_its_report(place: Path) -> None:
    for reference in ("karel", "leaps", "maze", "leaps-v1", "net"):
        call(place, "report", reference, "-o", str(place / f"{reference}.html"))
        assert "</html>" in (place / f"{reference}.html").read_text(encoding="utf-8")
