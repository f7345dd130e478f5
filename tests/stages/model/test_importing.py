"""An imported model is a model like any other, whatever its latent size; what the file does not tell is found out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from leapscli.artifacts.store import Workspace
from leapscli.artifacts.verify import verify
from leapscli.dsl.program import Program
from leapscli.dsl.published import TOKEN_ID, TOKENS
from leapscli.dsl.sampler import sample_programs
from leapscli.search.discovery import OURS, find
from leapscli.search.recipe import recipe_type, search_recipe
from leapscli.stages.model import importing as model_import
from leapscli.stages.model.evaluate import evaluate, prepare
from leapscli.stages.model.importing import Imported, import_model
from leapscli.stages.model.load import load_model
from leapscli.stages.model.walks import interpolate, neighbours
from leapscli.stages.synthesize import plan as search_plan
from leapscli.stages.synthesize.synthesize import synthesize
from leapscli.tasks.registry import task
from leapscli.vae.model import LatentModel
from leapscli.vae.published.families import FAMILIES
from tests import ROOT
from tests.stages.models import publish_dataset
from tests.vae.layouts import LAYOUTS, Flat, Layout
from tests.vae.memory import KNOWN
from tests.vae.test_published import PROG_POLICIES

SHIPPED = ROOT / "models" / "shipped" / "v1"


def imported(root: Path, state: object, name: str = "theirs") -> Imported:
    torch.save(state, root / "w.ptp")
    return import_model(root / "w.ptp", Workspace(root), name)


def as_published(model: LatentModel, tokens: list[str]) -> dict[str, torch.Tensor]:
    """A model of ours as prog_policies would have saved it, with the token order given."""
    rows = torch.tensor([TOKEN_ID[token] for token in tokens])
    ours, found = model.network.state_dict(), {}
    for name, entry in FAMILIES[2].names.items():
        by_token = "embedding" in name or name.startswith("decoder.out")
        found[entry] = ours[name][rows] if by_token else ours[name]
    return found


@pytest.mark.parametrize("order", ["leaps", "prog_policies"])
def test_the_order_of_the_tokens_is_found_by_what_comes_back(tmp_path: Path, order: str) -> None:
    """A trained model of which no entry tells the order: the right one reconstructs, the other does not."""
    shipped = LatentModel.load(SHIPPED)
    found = imported(tmp_path, as_published(shipped, {"leaps": list(TOKENS), "prog_policies": PROG_POLICIES}[order]))
    assert found.recognised["token_order"] == order and found.reconstruction > 0.5
    programs = sample_programs(50, seed=1)
    model = load_model("theirs", workspace=tmp_path)
    assert abs(model.encode(programs) - shipped.encode(programs)).max() < 1e-5


def test_an_untrained_model_is_taken_in_the_order_of_its_family(tmp_path: Path) -> None:
    found = imported(tmp_path, Flat().state_dict())
    assert found.recognised == {
        "family": "the LeapsVAE of karel-synthesis and prog_policies",
        "hidden": 8,
        "latent": 8,
        "tokens": 51,
        "token_order": "prog_policies",
        "shared_embedding": True,
        "tanh_after_sample": False,
    }
    source = found.model.manifest.recipe["imported"]
    assert source["token_order"] == "prog_policies" and source["family"] == found.recognised["family"]


@pytest.mark.parametrize(("name", "hidden", "latent"), [("128", 128, 128), ("64", 96, 64), ("hprl", 12, 5)])
def test_a_model_of_another_size_works_wherever_one_of_ours_does(
    tmp_path: Path, name: str, hidden: int, latent: int
) -> None:
    """Encoded and decoded, walked about in, and evaluated."""
    layout: Layout = LAYOUTS[name]()
    artifact = imported(tmp_path, [layout.state_dict()]).model
    assert artifact.manifest.recipe["architecture"] == {"hidden": hidden, "latent": latent} and verify(artifact) == []
    model, place = load_model("theirs", workspace=tmp_path), Workspace(tmp_path)
    assert model.encode(KNOWN).shape == (4, latent) and len(model.decode(model.encode(KNOWN))) == 4
    assert interpolate(artifact, KNOWN[0], KNOWN[1], 3, 0).record()["stops"]
    assert neighbours(artifact, KNOWN[0], sigma=1.0, samples=20, count=3, seed=0).record()["neighbours"]
    publish_dataset(place)
    assert verify(evaluate(prepare(place, "theirs", "karel", 8, 0, "cpu"))) == []


FEW = {
    "population": 8,
    "climbers": 2,
    "neighbours": 4,
    "pool": 8,
    "iterations": 2,
    "states": 2,
    "validation": 2,
    "held_out": 2,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Where there is a model of 64 dimensions and 96 units."""
    root = tmp_path_factory.mktemp("small")
    imported(root, LAYOUTS["64"]().state_dict())
    return Workspace(root)


@pytest.mark.parametrize("searcher", [name for name in OURS if find(name).needs_model])
def test_every_searcher_of_a_latent_space_searches_a_small_one(small: Workspace, searcher: str) -> None:
    known = recipe_type(searcher).model_fields
    recipe = search_recipe({"searcher": searcher, **{key: value for key, value in FEW.items() if key in known}})
    run = synthesize(search_plan.prepare(recipe, small, task("stairclimber"), "theirs"))
    assert verify(run) == [] and Program.parse(run.file("program.txt").read_text())


def test_a_tanh_is_taken_up_only_where_it_clearly_gives_more_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where both readings do as well as each other, the plain one is taken."""
    for gain, expected in ((0.3, True), (0.005, False)):
        monkeypatch.setattr(model_import, "_reconstruction", lambda network, gain=gain: gain * network.shape.tanh)
        found = imported(tmp_path, LAYOUTS["hprl"]().state_dict())
        assert found.recognised["tanh_after_sample"] is expected
        assert load_model("theirs", workspace=tmp_path).network.shape.tanh is expected
