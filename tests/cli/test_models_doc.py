"""docs/models.md tells the truth: its commands run as written, and its keys are those of an evaluation."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.vae.published.families import FAMILIES, Family
from tests import ROOT
from tests.stages.models import workspace
from tests.vae.layouts import Flat
from tests.vae.test_published import state

PAGE = (ROOT / "docs" / "models.md").read_text()
COMMANDS = [line.strip() for line in PAGE.splitlines() if re.match(r"    (leaps|printf|mkdir) ", line)]


def follow(line: str) -> None:
    """Do what a line says, as a shell would."""
    if not line.startswith("leaps"):
        subprocess.run(["bash", "-c", line], check=True)
        return
    result = CliRunner().invoke(build(), shlex.split(line, comments=True)[1:])
    assert result.exit_code == 0, (line, result.output, result.exception)


def test_commands_run_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEAPS_WORKSPACE", raising=False)
    place = workspace(tmp_path)
    torch.save([state(), None], "best_valid_params.ptp")
    torch.save(state(Flat), "leaps_vae_128.ptp")
    assert len(COMMANDS) > 14
    for line in COMMANDS:
        follow(line)
    pictures = {"leaps-v1-training.png", "leaps-v1-programs.png"}
    assert {path.name for path in Path("pictures").iterdir()} == pictures <= {path.name for path in tmp_path.iterdir()}
    assert {model.name for model in place.list("model")} == {"leaps", "published", "theirs", "small"}
    found = json.loads(place.resolve("leaps-v1", "evaluation").file("evaluation.json").read_text())
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    for part in (found, found["reconstruction"]["all"], found["latent"], found["prior"], found["lines"],
                 found["locality"], found["locality"]["prior"][0]):  # fmt: skip
        for key in part:
            assert re.search(rf"[`.]{key}[`.]", table), key


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.title)
def test_every_module_of_every_family_is_in_the_table(family: Family) -> None:
    modules = {theirs.rpartition(".")[0] for theirs in family.names.values()} | {*family.bottleneck.values()}
    for module in modules:
        assert f"`{module}`" in PAGE or f"`{module.removesuffix('.2')}.0`, `.2`" in PAGE, module
