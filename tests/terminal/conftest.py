"""A workspace that has one of everything, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.data.exchange import export_dataset
from leapscli.stages.generate.generate import generate
from leapscli.vae.networks.network import Network, Shape
from tests.stages.models import publish_model
from tests.terminal.commands import PROGRAM
from tests.terminal.terminal import Shell


@pytest.fixture(scope="module")
def shell(place: Path) -> Iterator[Shell]:
    """Where commands run, in `place`."""
    shell = Shell(place)
    yield shell
    shell.close()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset, a model, two programs, and the dataset as it was published."""
    folder = tmp_path_factory.mktemp("terminal")
    dataset = generate(DatasetRecipe(programs=200, demonstrations=4), Workspace(folder), name="karel")
    publish_model(Workspace(folder), dataset, network=Network(Shape(8, 8, executor=False)))
    export_dataset(dataset, folder / "published")
    (folder / "program.txt").write_text(Program.parse(PROGRAM).pretty() + "\n")
    (folder / "other.txt").write_text("DEF run m( move m)\n")
    return folder
