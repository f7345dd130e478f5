"""`leaps model`: results on stdout, artifacts in the workspace, bad input refused, help that loads little."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.errors import ArtifactError, InputError
from leapscli.stages.model import compare as comparison
from leapscli.stages.model.compare import random_programs
from leapscli.stages.model.plots import project
from tests.cli.test_main import CHECK, HEAVY
from tests.stages.models import publish_model, workspace
from tests.vae.layouts import Flat
from tests.vae.memory import KNOWN
from tests.vae.test_published import of_tokens, state

runner = CliRunner()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEAPS_WORKSPACE", raising=False)
    (tmp_path / "a.txt").write_text(KNOWN[0].pretty())
    (tmp_path / "b.txt").write_text(KNOWN[1].pretty(style="python"))
    return workspace(tmp_path)


def call(*arguments: str, code: int = 0, **more: Any):
    result = runner.invoke(build(), ["model", *arguments], **more)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_evaluate_prints_a_report_and_names_its_artifact(place: Workspace) -> None:
    result = call("evaluate", "--programs", "20")
    assert "20 of the test split of karel@v1" in result.stdout and "Locality" in result.stdout
    assert result.stderr.splitlines()[-1] == "evaluations/leaps-v1/v1 (leaps-v1@v1)"
    found = json.loads(call("evaluate", "leaps@v1", "--data", "karel@v1", "--programs", "20", "--json").stdout)
    assert found["artifact"] == "leaps-v1@v2" and found["reconstruction"]["all"]["programs"] == 20


def test_interpolate_shows_the_way_between_two_programs(place: Workspace) -> None:
    assert "like the start" in call("interpolate", "a.txt", "b.txt").stdout
    found = json.loads(call("interpolate", "a.txt", "-", "--steps", "3", "--json", input=str(KNOWN[3])).stdout)
    assert found["start"] == {"program": str(KNOWN[0]), "reconstructed": True}
    assert found["end"]["program"] == str(KNOWN[3]) and found["stops"][-1]["to"] == 1


def test_neighbours_shows_what_lies_around_a_program(place: Workspace) -> None:
    assert "the program itself" in call("neighbours", "a.txt", "--sigma", "0.05").stdout
    found = json.loads(call("neighbours", "a.txt", "--sigma", "2", "--samples", "50", "-n", "3", "--json").stdout)
    assert len(found["neighbours"]) == 3 and found["samples"] == 50


def test_plot_draws_what_there_is(place: Workspace) -> None:
    result = call("plot", "--programs", "30")
    assert result.stdout.splitlines() == ["leaps-v1-training.png", "leaps-v1-programs.png"]
    assert all(Path(name).read_bytes().startswith(b"\x89PNG") for name in result.stdout.splitlines())
    publish_model(place, None, "bare", records=0)
    result = call("plot", "bare", "--programs", "30", "--json")
    assert json.loads(result.stdout) == {"programs": "bare-v1-programs.png"}
    assert "no record of its training" in result.stderr


def test_a_projection_takes_random_programs_where_none_are_held_out(place: Workspace) -> None:
    own = project(place, place.resolve("leaps", "model"), None, 30, 0)
    assert own.label == "30 held-out programs of karel@v1" and own.places.shape == (30, 2)
    assert 0 < own.explained[1] <= own.explained[0] <= 1 and abs(own.places.mean(0)).max() < 1e-9
    bare = project(place, publish_model(place, None, "bare"), None, 30, 0)
    assert bare.label == "30 random programs"


def test_import_makes_a_model_that_can_be_used(place: Workspace) -> None:
    torch.save([state(), None], "best_valid_params.ptp")
    result = call("import", "best_valid_params.ptp", "--name", "theirs")
    recognised, reconstructs = result.stdout.splitlines()
    assert recognised == "recognised the ProgramVAE of LEAPS, 12 latent dimensions, 12 units, 51 tokens in our order"
    assert "of 1,000 random programs" in reconstructs and "left out: the neural executor" in result.stderr
    assert result.stderr.splitlines()[-1].endswith("next: leaps model evaluate theirs@v1")
    model = place.resolve("theirs", "model")
    assert model.manifest.recipe["architecture"] == {"hidden": 12, "latent": 12}
    assert model.manifest.recipe["imported"]["file"] == "best_valid_params.ptp"
    assert json.loads(call("neighbours", "a.txt", "--model", "theirs", "--json").stdout)["model"] == "theirs@v1"
    assert json.loads(call("import", "best_valid_params.ptp", "--json").stdout)["artifact"] == "published@v1"


def test_import_says_what_it_recognised(place: Workspace) -> None:
    torch.save(state(Flat), "leaps_vae_128.ptp")
    line = call("import", "leaps_vae_128.ptp").stdout.splitlines()[0]
    assert line.startswith("recognised the LeapsVAE of karel-synthesis and prog_policies, 8 latent dimensions, 8 units")
    assert "51 tokens in the order of prog_policies, put into ours, one embedding for both sides" in line
    found = json.loads(call("import", "leaps_vae_128.ptp", "--json").stdout)
    assert found["token_order"] == "prog_policies" and found["latent"] == 8 and found["left_out"]


def test_a_model_of_35_tokens_gets_one_message_that_says_so(place: Workspace) -> None:
    torch.save([of_tokens(35)], "hprl.ptp")
    with pytest.raises(InputError) as caught:
        call("import", "hprl.ptp")
    assert "35 tokens, not 51" in caught.value.message and len(caught.value.message.splitlines()) == 2


def test_bad_input_is_refused_and_leaves_nothing(place: Workspace) -> None:
    before = sorted(place.root.rglob("*"))
    Path("no.ptp").write_text("no")
    for arguments, error, message in (
        (["evaluate", "nosuch"], ArtifactError, "no model nosuch"),
        (["evaluate", "--data", "nosuch"], ArtifactError, "no dataset nosuch"),
        (["interpolate", "a.txt", "nosuch.txt"], InputError, "no such program file"),
        (["neighbours", "a.txt", "--model", "nosuch"], ArtifactError, "no model nosuch"),
        (["plot", "--out", "nosuch"], InputError, "there is no folder"),
        (["import", "no.ptp"], InputError, "not a PyTorch checkpoint"),
        (["import", "no.ptp", "--name", "No!"], ArtifactError, "cannot name an artifact"),
    ):
        with pytest.raises(error, match=message):
            call(*arguments)
    call("evaluate", "--programs", "1", code=2)
    Path("no.ptp").unlink()
    assert sorted(place.root.rglob("*")) == before


@pytest.mark.parametrize("command", ["evaluate", "interpolate", "neighbours", "plot", "import"])
def test_help_loads_nothing_heavy(command: str) -> None:
    line = [sys.executable, "-c", CHECK.format(heavy=HEAVY), "model", command, "--help"]
    result = subprocess.run(line, capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "loaded [] code 0"


def test_a_wrong_reference_is_answered_without_torch(tmp_path: Path) -> None:
    line = [sys.executable, "-c", CHECK.format(heavy=("torch", "numba", "matplotlib")), "model", "evaluate", "nosuch"]
    result = subprocess.run([*line, "--workspace", str(tmp_path)], capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "loaded [] code 2"


def test_evaluate_works_on_the_device_it_is_given(place: Workspace) -> None:
    call("evaluate", "--programs", "4", "--device", "cpu")
    assert place.resolve("leaps-v1", "evaluation").manifest.environment["device"] == "cpu"
    with pytest.raises(InputError, match="no device is called 'gpu'"):
        call("evaluate", "--programs", "4", "--device", "gpu")


def test_models_are_compared_on_the_same_random_programs(tmp_path, monkeypatch):
    first = publish_model(Workspace(tmp_path), None)
    result = runner.invoke(build(), ["model", "compare", "leaps", "shipped", "--programs", "60", "--csv",
                                     "--workspace", str(tmp_path)])  # fmt: skip
    assert result.exit_code == 0, result.output
    own, shipped = csv.DictReader(io.StringIO(result.stdout))
    assert own["model"] == first.reference and shipped["model"] == "shipped@v1"
    assert own["programs"] == shipped["programs"] == "60" and float(shipped["exact"]) > 0.8 > float(own["exact"])
    assert float(shipped["exact_20_to_29"]) > 0.9 and float(own["decoded_per_second"]) > 0
    tokens = random_programs(60, 0)
    assert len(np.unique(tokens.hashes())) == 60 and tokens.lengths.min() < 10 and tokens.lengths.max() >= 40
    shown = runner.invoke(build(), ["model", "compare", "shipped", "--programs", "60", "--workspace", str(tmp_path)])
    assert "60 random programs given back exactly" in shown.stdout and "from 40" in shown.stdout
    monkeypatch.setattr(comparison, "DRAWN", 1)  # of which many are the same
    with pytest.raises(InputError, match="random programs that no model has seen"):
        random_programs(60, 0)
