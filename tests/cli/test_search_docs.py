"""docs/search.md tells the truth: its commands are accepted, its tables name every searcher, metric and column."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.recipes.search import SearchRecipe
from leapscli.results.limits import Limits
from leapscli.search.discovery import OURS
from leapscli.search.protocol import StopReason
from leapscli.search.recipe import search_recipe
from leapscli.stages.synthesize import plan as search_plan
from leapscli.stages.synthesize import synthesize as stage
from leapscli.tasks.registry import task
from tests import ROOT
from tests.stages.space import fake_model, solvable_space

PAGE = (ROOT / "docs" / "search.md").read_text()
COMMANDS = re.findall(r"^    leaps (synthesize .*?) *(?:#.*)?$", PAGE, re.MULTILINE)


@pytest.fixture
def place(tmp_path, monkeypatch):
    space = solvable_space()
    monkeypatch.setattr(search_plan, "load_space", lambda model, recipe, device: space)
    fake_model(Workspace(tmp_path))
    return Workspace(tmp_path)


def code_words(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_there_are_commands():
    assert len(COMMANDS) >= 9


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_are_accepted(line, place, monkeypatch):
    monkeypatch.chdir(ROOT)
    line = line.replace("library=library.csv", "library=runs/library.csv")  # as `leaps learn` would have written it
    arguments = [*shlex.split(line), "--workspace", str(place.root), "--dry-run"]
    result = CliRunner().invoke(build(), arguments)
    assert result.exit_code == 0, result.output


def test_every_searcher_metric_column_and_reason_is_named(place):
    words = code_words(PAGE)
    assert set(OURS) <= words and {str(reason) for reason in StopReason} <= words
    recipe = search_recipe({"population": 8, "iterations": 2, "states": 4, "validation": 4, "held_out": 4})
    run = stage.synthesize(search_plan.prepare(recipe, place, task("stairclimber"), None))
    assert set(run.manifest.metrics) - {"search"} <= words
    assert {file.name for file in run.manifest.files} <= words


def test_what_may_differ_when_a_search_is_resumed():
    sentence = PAGE[PAGE.index("only `iterations`") : PAGE.index("may differ")]
    assert code_words(sentence) == set(search_plan.LIMITS)
    assert len(search_plan.LIMITS) == len(Limits.__dataclass_fields__) + 1


def test_the_numbers_of_the_page_are_the_codes():
    recipe = SearchRecipe()
    assert f"({recipe.states}, `states`)" in PAGE and f"({recipe.validation}, `validation`)" in PAGE
    assert f"({recipe.held_out:,}, `held_out`)" in PAGE and stage.CHECKPOINT_SECONDS == 15
