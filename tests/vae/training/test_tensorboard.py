"""TensorBoard reads what metrics.jsonl holds; what a resumed training takes back, it forgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapscli.errors import InputError
from leapscli.vae.training.tensorboard import board, check_tensorboard, scalars
from leapscli.vae.training.trainer import train
from tests.vae.corpus import corpus, recipe
from tests.vae.training.test_trainer import lines


def events(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """The scalars that TensorBoard shows, by name: steps and values."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder))
    found.Reload()
    return {name: [(e.step, e.value) for e in found.Scalars(name)] for name in found.Tags()["scalars"]}


def test_every_number_of_every_line_is_a_scalar(tmp_path: Path) -> None:
    with board(tmp_path / "events") as write:
        train(recipe(), corpus(), out=tmp_path, device="cpu", watchers=[write])
    found, records = events(tmp_path / "events"), lines(tmp_path)
    assert {"lr", "seconds", "train/loss", "validation/reconstruction", "validation/traces_equal"} <= found.keys()
    for i, record in enumerate(records):
        written = dict(scalars(record))
        assert written.keys() == found.keys()
        for name, value in written.items():
            step, read = found[name][i]
            assert step == record["step"] and read == pytest.approx(value, rel=1e-6)


def test_a_resumed_training_shows_each_step_once(tmp_path: Path) -> None:
    for steps in (10, 15):
        with board(tmp_path / "events") as write:
            train(recipe(steps=steps), corpus(), out=tmp_path, device="cpu", resume=True, watchers=[write])
    assert [step for step, _ in events(tmp_path / "events")["validation/loss"]] == [5, 10, 15]


def test_nothing_is_written_before_there_is_something_to_write(tmp_path: Path) -> None:
    with board(tmp_path / "events"):
        pass
    assert not (tmp_path / "events").exists()


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    check_tensorboard()
    monkeypatch.setattr("leapscli.vae.training.tensorboard.find_spec", lambda name: None)
    with pytest.raises(InputError, match="TensorBoard is not installed") as caught:
        check_tensorboard()
    assert caught.value.hint == "pip install 'leaps[tensorboard]'"
