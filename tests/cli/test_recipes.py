"""`leaps recipes`: every recipe with its purpose and cost, and every searcher."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.errors import RecipeError
from leapscli.recipes.header import Header, read_header
from leapscli.recipes.kinds import DEFAULTS, FOLDERS
from leapscli.recipes.loading import recipe_files
from leapscli.search.discovery import OURS, find

SHIPPED = [(kind, name) for kind in FOLDERS for name in recipe_files(kind)]


def call(*arguments: str) -> str:
    result = CliRunner().invoke(build(), ["recipes", *arguments], env={"COLUMNS": "200"})
    if result.exception:
        raise result.exception
    return result.stdout


def test_the_list_has_every_recipe_of_every_kind_and_every_searcher(tmp_path):
    blocks = call("--workspace", str(tmp_path)).split("\n\n")
    assert [block.splitlines()[0].split("  ")[0] for block in blocks] == [
        "leaps gen-data --recipe",
        "leaps train --recipe",
        "leaps synthesize --recipe",
        "leaps baseline --recipe",
        "leaps synthesize --searcher",
    ]
    for kind, block in zip(FOLDERS, blocks, strict=False):
        names = [line.split()[0] for line in block.splitlines()[1:]]
        assert names == sorted(recipe_files(kind))
        default = next(line for line in block.splitlines() if "(the default)" in line)
        assert default.split()[0] == DEFAULTS[kind]
    assert all(name in blocks[4] for name in OURS)


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_every_recipe_says_in_a_line_what_it_is_for_and_what_it_takes(kind, name):
    header = read_header(recipe_files(kind)[name])
    assert 4 < len(header.purpose) <= 120 and "(" not in header.purpose and header.purpose[0].isupper()
    assert 4 < len(header.cost) <= 80 and header.cost != header.purpose


def test_a_recipe_without_a_header_says_nothing(tmp_path):
    (tmp_path / "mine.yaml").write_text("programs: 5\n")
    assert read_header(tmp_path / "mine.yaml") == Header("", "")


def test_json_has_paths_and_spaces(tmp_path):
    (tmp_path / "datasets").mkdir()
    own = tmp_path / "datasets" / "mine.yaml"
    own.write_text("# Mine, for tests. A second.\n\nprograms: 5\n")
    found = json.loads(call("--json", "--workspace", str(tmp_path)))
    mine = {"kind": "dataset", "name": "mine", "purpose": "Mine, for tests", "cost": "A second", "default": False}
    assert {**mine, "path": str(own)} in found["recipes"]
    spaces = {each["name"]: each["space"] for each in found["searchers"]}
    assert spaces == {name: "latent" if find(name).needs_model else "program" for name in OURS}


def test_every_searcher_has_a_recipe_of_its_name():
    assert set(OURS) <= set(recipe_files("search"))


def test_one_is_printed_as_it_stands_in_every_kind_that_has_it():
    assert call("deep") == recipe_files("dataset")["deep"].read_text() + "\n"
    assert call("smoke").count("# A s") == 3
    with pytest.raises(RecipeError, match="no recipe called 'depp'") as raised:
        call("depp")
    assert raised.value.hint == "did you mean deep?"
