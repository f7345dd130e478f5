"""`leaps train`: a model in the workspace, the result on stdout, bad input refused in one line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.errors import ArtifactError, InputError, RecipeError
from tests.stages.test_train import place  # noqa: F401

runner = CliRunner()
QUICK = ["--recipe", "smoke", "--device", "cpu"]
for setting in ("architecture.hidden=16", "architecture.latent=16", "steps=4", "optimizer.batch=16"):
    QUICK += ["--set", setting]


def call(place: Workspace, *arguments: str, code: int = 0):  # noqa: F811
    result = runner.invoke(build(), ["train", "--workspace", str(place.root), *QUICK, *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_the_result_is_on_stdout_and_the_next_command_last_on_stderr(place: Workspace) -> None:  # noqa: F811
    result = call(place)
    assert "reconstructs" in result.stdout and "4 steps, 64 programs" in result.stdout
    assert result.stderr.splitlines()[-1].endswith("(leaps@v1); next: leaps synthesize --task harvester")
    assert place.resolve(None, "model").manifest.command.startswith("leaps")


def test_json_is_one_object(place: Workspace) -> None:  # noqa: F811
    found = json.loads(call(place, "--json", "--name", "other").stdout)
    assert found["artifact"] == "other@v1" and found["step"] == 4
    assert 0 <= found["validation"]["reconstruction"] <= 1


def test_a_dry_run_writes_nothing(place: Workspace) -> None:  # noqa: F811
    before = sorted(place.root.rglob("*"))
    assert "4 steps of 16" in call(place, "--dry-run").stderr
    assert json.loads(call(place, "--dry-run", "--json").stdout)["train"] == 80
    assert sorted(place.root.rglob("*")) == before


def test_a_wrong_setting_is_named(place: Workspace) -> None:  # noqa: F811
    with pytest.raises(RecipeError, match="unknown key"):
        call(place, "--set", "optimizer.lrr=1")


def test_of_several_processes_the_first_alone_says_what_is_wrong(
    place: Workspace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leapscli.cli.train.PAUSE", 0.0)
    for name, value in {"TORCHELASTIC_RUN_ID": "x", "WORLD_SIZE": "2", "RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOCAL_RANK", "1"), monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    result = call(place, "--data", "nope", code=2)
    assert result.output == ""
    monkeypatch.setenv("RANK", "0")
    with pytest.raises(ArtifactError, match="no dataset nope"):
        call(place, "--data", "nope")
    assert "2 × cpu float32" in call(place, "--dry-run").stderr


def test_event_files_for_tensorboard_lie_where_the_user_wants_them(
    place: Workspace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call(place, "--tensorboard", str(place.root / "boards"))
    model = place.resolve(None, "model")
    (folder,) = (place.root / "boards").iterdir()
    assert folder.name == f"leaps-{model.manifest.metrics['training']}" and list(folder.glob("events.*"))
    assert not any("events" in file.name for file in model.manifest.files)
    monkeypatch.setattr("leapscli.vae.training.tensorboard.find_spec", lambda name: None)
    with pytest.raises(InputError, match="not installed"):
        call(place, "--tensorboard", "boards", "--dry-run")
