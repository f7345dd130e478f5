"""`leaps docs`: the pages that travel with the package, and every hint that sends somebody to one."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from leapscli.cli.main import build
from leapscli.errors import InputError
from leapscli.report.terminal import console
from leapscli.stages.manual import find_page, pages
from tests import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))


def call(*arguments: str):
    return CliRunner().invoke(build(), ["docs", *arguments], env={"COLUMNS": "200"})


def test_the_list_names_every_page_and_its_subject():
    lines = [line.split(maxsplit=1) for line in call().stdout.splitlines()[1:]]
    assert [name for name, _ in lines] == [
        *(path.stem for path in PAGES),
        "greedy.py",
        "lift.py",
        "sweeper.py",
        "taxi.py",
    ]
    assert all(len(about.split()) > 3 and "`" not in about for _, about in lines)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_plain_markdown_in_a_pipe(path):
    assert call(path.stem).stdout == path.read_text()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_laid_out_on_a_terminal(path, monkeypatch):
    screen = Console(force_terminal=True, width=100, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    monkeypatch.setattr(console, "screen", lambda: screen)
    assert call(path.stem).exit_code == 0
    text = screen.export_text()
    assert max(map(len, text.splitlines())) <= 100 and "](" not in text and "(#" not in text and "\n## " not in text


@pytest.mark.parametrize("name", ["tasks", "tasks.md", "docs/tasks.md", "sweeper.py", "docs/examples/sweeper.py"])
def test_a_page_may_be_named_as_it_is_linked(name):
    assert find_page(name).stem == Path(name).stem


def test_an_unknown_page_is_told_what_is_meant():
    assert isinstance(error := call("task").exception, InputError) and error.hint == "did you mean tasks?"
    assert isinstance(error := call("zzz").exception, InputError) and "tasks, training" in error.hint


@cache
def texts() -> list[tuple[Path, str]]:
    """Every string of the package that is no docstring, and every recipe."""
    recipes = [path for folder in ("datasets", "models", "runs") for path in (ROOT / folder).glob("*.yaml")]
    found = [(path, path.read_text()) for path in recipes]
    for path in sorted((ROOT / "leapscli").rglob("*.py")):
        tree = ast.parse(path.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
        found += [(path, node.value) for node in strings if isinstance(node.value, str)]
    return found


def test_hints_send_people_to_pages_that_are_there():
    hints = [(path, page) for path, text in texts() for page in re.findall(r"leaps docs ([a-z]\w*)", text)]
    assert len(hints) >= 3
    assert {page for _, page in hints} <= set(pages()), hints


def test_no_message_sends_people_to_a_folder_that_only_a_checkout_has():
    assert [(path, text) for path, text in texts() if re.search(r"\b(docs|benchmarks|tests)/\w", text)] == []


def test_a_wheel_carries_every_page_beside_the_recipes():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert build["sources"]["docs"] == "leapscli/shipped/docs"
    assert build["dev-mode-dirs"] == ["."]  # else no editable installation, of Python files that are moved
    listed = subprocess.run(["git", "ls-files", "docs"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    kept = ("docs/images/", "docs/site", "docs/notebooks/")  # of the site
    shown = [line for line in listed.split() if not line.startswith(kept)]
    assert {path.name for path in pages().values()} == {Path(line).name for line in shown} or not listed
    for path in pages().values():
        assert any(fnmatch(f"/{path.relative_to(ROOT)}", pattern) for pattern in build["include"]), path
