"""Help of every command: at any width, whole, in plain words, and true to what the code knows."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from leapscli.cli.help import NARROWEST
from leapscli.cli.main import COMMANDS, SECTIONS, build
from leapscli.locations import shipped_recipes
from leapscli.recipes.kinds import DEFAULTS, FOLDERS
from leapscli.recipes.loading import recipe_files
from leapscli.stages.bench.measure import RECIPES
from leapscli.tasks.suites import groups

ROOT = typer.main.get_command(build())
WIDTHS = {"0": 80, "1": NARROWEST, "40": 40, "80": 80, "120": 120, "200": 200}  # COLUMNS → columns used


def every_command(command=ROOT, words=()):
    """The words of every command and group, and the command itself."""
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from every_command(below, (*words, name))


PAGES = {" ".join(words): command for words, command in every_command()}


def page(words: str, columns: str = "120", option: str = "--help") -> str:
    result = CliRunner().invoke(build(), [*words.split(), option], env={"COLUMNS": columns})
    assert result.exit_code == 0 and not result.stderr
    return result.stdout


def test_every_command_is_there():
    assert len(PAGES) == 1 + len(COMMANDS) + 4 + 6 + 7


@pytest.mark.parametrize("words", PAGES)
def test_h_is_help(words):
    assert page(words, option="-h") == page(words)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("words", PAGES)
def test_help_uses_the_terminals_width_and_cuts_nothing(words, columns):
    text, wide = page(words, columns), page(words, "2000")
    longest = max(map(len, text.splitlines()))
    assert longest <= WIDTHS[columns] and "…" not in text
    assert "".join(text.split()) == "".join(wide.split())  # letter for letter
    assert WIDTHS[columns] < 200 or longest > 80 or max(map(len, wide.splitlines())) <= 80


@pytest.mark.parametrize("words", PAGES)
def test_help_reads_naturally(words):
    text = page(words)
    usage = text.partition("\n")[0]
    assert usage.startswith(f"Usage: leaps {words}".rstrip()) and "[[" not in text and "{" not in text
    assert "None" not in text and "<=" not in text and "range" not in text and "<" not in text.replace("^ > v <", "")


@pytest.mark.parametrize("words", PAGES)
def test_everything_is_described_in_sentences(words):
    command = PAGES[words]
    assert command.help and command.help.split("\n\n")[0].endswith(".")
    for param in command.params:
        assert param.metavar or param.is_flag, param.name
        assert re.search(r"[.<]$", param.help), param.name


def test_commands_stand_in_groups_from_making_to_managing():
    text = page("")
    titles = [line[:-1] for line in text.splitlines() if line and line[0].isalpha() and line.endswith(":")]
    assert titles == [*SECTIONS, "Options"] == ["Make", "Look", "Manage", "Options"]
    listed = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2].isalpha()]
    assert [name for name in listed if name != "Programs"] == [name.replace("_", "-") for name in COMMANDS]


@pytest.mark.parametrize("columns", [None, "0", "1"])
def test_help_in_a_pipe_is_plain(columns):
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    environment |= {"COLUMNS": columns} if columns else {}
    command = [sys.executable, "-m", "leapscli", "run", "-h"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 0 and "\x1b" not in result.stdout and "--episode-seed" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= (NARROWEST if columns == "1" else 80)


@pytest.mark.parametrize(("words", "kind"), [("gen-data", "dataset"), ("train", "model"), ("synthesize", "search")])
def test_help_lists_every_recipe_and_the_default(words, kind):
    text = " ".join(page(words, "2000").split())
    assert set(recipe_files(kind)) == set(shipped_recipes(FOLDERS[kind]))
    assert ", ".join(shipped_recipes(FOLDERS[kind])) + ", or a YAML file" in text
    assert f"[default: {DEFAULTS[kind]}" in text


@pytest.mark.parametrize("words", ["sweep", "bench"])
def test_help_lists_every_group_of_tasks(words):
    *first, last = groups()
    assert f"groups {', '.join(first)} and {last}" in page(words, "2000")


def test_help_counts_what_bench_compares():
    numbers = {8: "eight"}
    assert f"[default: the {numbers[len(RECIPES)]} worth comparing]" in page("bench", "2000")


CHOICES = [
    (words, param.opts[0], param.metavar)
    for words, command in PAGES.items()
    for param in command.params
    if re.fullmatch(r"[a-z|]+", param.metavar or "")
]


@pytest.mark.parametrize(("words", "option", "metavar"), CHOICES)
def test_help_lists_every_choice(words, option, metavar):
    complaint = CliRunner().invoke(build(), [*words.split(), option, "?"]).stderr
    assert re.findall("'([a-z]+)'", complaint.partition("is not one of")[2]) == metavar.split("|")


def test_there_are_choices():
    assert len(CHOICES) >= 12
