"""A library is read with file and line, leaves out the task that is searched for, and makes searches of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.search.discovery import find
from leapscli.search.library import SHIPPED, Library, digest, library_text, load_library
from leapscli.search.recipe import load_search_recipe, search_recipe
from leapscli.stages.synthesize.plan import prepare
from leapscli.tasks.registry import task
from leapscli.tasks.suites import names

ONE, OTHER = "DEF run m( move m)", "DEF run m( WHILE c( frontIsClear c) w( putMarker w) m)"


def written(folder: Path, text: str) -> str:
    (folder / "mine.csv").write_text(text)
    return str(folder / "mine.csv")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    one, other = Program.parse(ONE), Program.parse(OTHER)
    text = library_text([("maze", one), ("maze", other), ("x", one)], "by me")
    assert text.startswith("# by me\ntask,program\nmaze,DEF run")
    found = load_library(written(tmp_path, text))
    assert {name: group.texts() for name, group in found.programs.items()} == {"maze": [ONE, OTHER], "x": [ONE]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"mine.csv: its first line is not task,program but 'nothing'"),
        ("a,b\n", r"mine.csv: its first line is not task,program but 'a,b'"),
        ("# c\ntask,program\n\nmaze\n", r"mine.csv:4: expected a task and a program"),
        ("task,program\nmaze,DEF run m( jump m)\n", r"mine.csv:2: not a program: "),
        (f"task,program\nmaze,DEF run m( {'move ' * 45}m)\n", r"mine.csv:2: a program of 49 tokens; at most 45"),
    ],
)
def test_mistakes_are_named_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_library(written(tmp_path, text))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"library: no file .*nowhere\.csv"):
        load_library(str(tmp_path / "nowhere.csv"))
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a text in UTF-8"):
        load_library(str(tmp_path / "b.csv"))


def test_the_task_that_is_searched_for_is_left_out() -> None:
    library = load_library(SHIPPED)
    assert set(library.programs) == set(names()) and min(len(group) for group in library.programs.values()) > 4
    for name in names():
        others = Library({other: group for other, group in library.programs.items() if other != name})
        mine, wanted = library.parts(without=name, share=0.6), others.parts(without="", share=0.6)
        np.testing.assert_array_equal(mine.statements.ids, wanted.statements.ids)
        np.testing.assert_array_equal(mine.statements.chances, wanted.statements.chances)
    whole = library.parts(without="a task of my own", share=0.6)
    assert len(whole.statements.chances) > len(wanted.statements.chances)


def test_the_task_of_a_search_reaches_its_searcher(tmp_path: Path) -> None:
    recipe = load_search_recipe("library-evolution", ["states=4", "validation=0", "screening=0"])
    for name in ("maze", "seeder"):
        plan = prepare(recipe, Workspace(tmp_path), task(name), None)
        space = plan.search.searcher.searcher.spaces[0]
        wanted = load_library(SHIPPED).parts(without=name, share=0.6)
        np.testing.assert_array_equal(space.parts.statements.chances, wanted.statements.chances)


def test_a_library_that_has_nothing_but_the_task_leaves_random_parts(tmp_path: Path) -> None:
    path = written(tmp_path, library_text([("maze", Program.parse(OTHER))], "mine"))
    recipe = search_recipe({"searcher": "library-evolution", "library": path})
    searcher = find("library-evolution").build(recipe, None, "maze")
    assert searcher.ask(searcher.init(0)).valid().all()


def test_a_file_is_known_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = load_search_recipe("library-evolution", ["library=mine.csv"])
    assert recipe.resolved()["library"] == str(tmp_path / "mine.csv")
    assert load_search_recipe("library-evolution").resolved()["library"] == SHIPPED


def test_another_content_is_another_search(tmp_path: Path) -> None:
    path = written(tmp_path, library_text([("maze", Program.parse(ONE))], "mine"))
    recipe = search_recipe({"searcher": "library-evolution", "library": path})
    keys = {prepare(recipe, Workspace(tmp_path), task("seeder"), None).key}
    written(tmp_path, library_text([("maze", Program.parse(OTHER))], "mine"))
    keys.add(prepare(recipe, Workspace(tmp_path), task("seeder"), None).key)
    assert len(keys) == 2 and digest(path) != digest(SHIPPED)
