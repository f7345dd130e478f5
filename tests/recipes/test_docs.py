"""docs/recipes.md lists every setting as the code describes it; `python -m tests.recipes.test_docs` updates it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leapscli.recipes.base import Recipe, RunBudget
from leapscli.recipes.kinds import DEFAULTS, TYPES
from leapscli.search.discovery import OURS, find
from tests import ROOT

PAGE = ROOT / "docs" / "recipes.md"
BEGIN = "## Every setting\n"


def rows(model: type[Recipe], values: dict, prefix: str = "") -> Iterator[str]:
    """A table row for each key of a recipe."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Recipe) and inner is not RunBudget:
            yield from rows(inner, values[name], f"{prefix}{name}.")
        else:
            default = (
                "null" if values[name] is None else str(values[name]).replace("True", "true").replace("False", "false")
            )
            yield f"| `{prefix}{name}` | `{default}` | {field.description} |"


def tables() -> str:
    """The settings of all kinds of recipes, in Markdown."""
    parts = [BEGIN]
    for kind, model in TYPES.items():
        parts += [f"### {kind.capitalize()} recipes\n", "| key | default | meaning |", "|---|---|---|"]
        parts += [*rows(model, model().resolved()), ""]
    parts += [
        "### Settings of searchers\n",
        "| key | default | searchers | meaning |",
        "|---|---|---|---|",
        *own_rows(),
    ]
    return "\n".join(parts) + "\n"


def own_rows() -> Iterator[str]:
    """A table row for each setting of a searcher; those that have it in the same words share one."""
    owners: dict[str, list[str]] = {}
    for name in OURS:
        settings = find(name).settings
        for row in rows(settings, settings().resolved()):
            owners.setdefault(row, []).append(name)
    for row, names in sorted(owners.items()):
        _, key, default, meaning, _ = row.split("|")
        yield f"|{key}|{default}| {', '.join(names)} |{meaning}|"


def test_the_page_lists_every_setting_as_the_code_describes_it():
    page = PAGE.read_text()
    assert page[page.index(BEGIN) :] == tables(), "python -m tests.recipes.test_docs brings docs/recipes.md up to date"


def test_the_page_names_the_recipe_that_each_command_takes_by_itself():
    rows = re.findall(r"^\| (\w+) \| `\w+/` \| `leaps [\w-]+` \| `([\w-]+)` \|$", PAGE.read_text(), re.MULTILINE)
    assert dict(rows) == DEFAULTS


if __name__ == "__main__":
    text = PAGE.read_text()
    PAGE.write_text(text.partition(BEGIN)[0] + tables())
