"""Edits make programs of programs: valid, within their limits, one change at a time, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.dsl import edits
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.edits import edit
from leapscli.dsl.mirrors import with_mirrors
from leapscli.dsl.parts import bodies, no_parts, parts_of
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.search.spaces import EditSpace

KINDS = ("replace", "insert", "remove", "wrap", "unwrap")
TAUGHT = Program.parse("DEF run m( WHILE c( noMarkersPresent c) w( move putMarker w) m)")


def only(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "EDITS", tuple(float(kind == name) for name in KINDS))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("kind", [*KINDS, "any"])
def test_edited_programs_are_valid_and_within_their_limits(
    kind: str, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind != "any":
        only(kind, monkeypatch)
    parts = parts_of([sample_programs(200, seed=9)], share=share)
    tokens = sample_programs(2000, seed=1)
    for step in range(6):
        tokens = edit(tokens, step, parts=parts, max_tokens=45)
        assert tokens.valid().all() and tokens.lengths.max() <= 45
    assert max(deepest(program) for program in tokens.texts()) <= 4


def deepest(text: str) -> int:
    depth = most = 0
    for token in text.split()[3:-1]:
        depth += token in ("w(", "r(", "i(", "e(")
        most = max(most, depth)
        depth -= token in ("w)", "r)", "i)", "e)")
    return most


def neighbours(text: str, kind: str, monkeypatch: pytest.MonkeyPatch, count: int = 400) -> set[str]:
    only(kind, monkeypatch)
    same = TokenBatch.of([Program.parse(text)])[np.zeros(count, np.int64)]
    return set(edit(same, 0, parts=no_parts(), max_tokens=45).texts())


def test_each_edit_does_what_its_name_says(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "DEF run m( move WHILE c( frontIsClear c) w( turnLeft w) m)"
    removed = neighbours(text, "remove", monkeypatch)  # the loop's only statement cannot go, nor all of them
    assert removed == {"DEF run m( WHILE c( frontIsClear c) w( turnLeft w) m)", "DEF run m( move m)"}
    assert neighbours(text, "unwrap", monkeypatch) == {"DEF run m( move turnLeft m)"}
    wrapped = neighbours(text, "wrap", monkeypatch, 4000)
    assert "DEF run m( IF c( leftIsClear c) i( move WHILE c( frontIsClear c) w( turnLeft w) i) m)" in wrapped
    assert "DEF run m( move REPEAT R=7 r( WHILE c( frontIsClear c) w( turnLeft w) r) m)" in wrapped
    inserted = neighbours(text, "insert", monkeypatch, 4000)
    assert "DEF run m( move WHILE c( frontIsClear c) w( turnLeft move w) m)" in inserted
    assert all(len(each.split()) > len(text.split()) for each in inserted)


def test_an_else_goes_with_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "DEF run m( IFELSE c( frontIsClear c) i( move i) ELSE e( IF c( leftIsClear c) i( turnLeft i) e) move m)"
    found = neighbours(text, "unwrap", monkeypatch)
    assert found == {
        "DEF run m( move move m)",
        "DEF run m( IFELSE c( frontIsClear c) i( move i) ELSE e( turnLeft e) move m)",
    }


def test_an_edit_follows_its_seed_and_its_place_alone() -> None:
    tokens, parts = sample_programs(300, seed=2), parts_of([sample_programs(50, seed=3)], share=0.5)
    whole = edit(tokens, 7, parts=parts, max_tokens=45)
    assert whole.texts() == edit(tokens, 7, parts=parts, max_tokens=45).texts()
    assert whole.texts() != edit(tokens, 8, parts=parts, max_tokens=45).texts()
    assert edit(tokens[100:], 7, parts=parts, first=100, max_tokens=45).texts() == whole.texts()[100:]


def test_new_parts_come_from_the_table_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    only("insert", monkeypatch)
    before = TokenBatch.of([Program.parse("DEF run m( turnLeft m)")])[np.zeros(4000, np.int64)]
    parts = parts_of([TokenBatch.of([TAUGHT])], share=1.0)
    loop = "WHILE c( noMarkersPresent c) w( move putMarker w)"
    expected = {
        f"DEF run m( {first} {second} m)"
        for part in (loop, "move", "putMarker", "move putMarker")
        for first, second in ((part, "turnLeft"), ("turnLeft", part))
    }
    assert set(edit(before, 1, parts=parts, max_tokens=45).texts()) == expected
    half = edit(before, 1, parts=parts._replace(share=0.5), max_tokens=45).texts()
    assert 0.1 < np.mean([loop in text for text in half]) < 0.16  # one of four statements, half of the time


def test_each_group_counts_the_same_whatever_its_size() -> None:
    one, many = TokenBatch.of([Program.parse("DEF run m( move m)")]), sample_programs(500, seed=1)
    table = parts_of([one, many], share=1.0).statements
    (row,) = np.flatnonzero((table.lengths == 1) & (table.ids[:, 0] == one.ids[0, 3]))
    chance = np.diff(table.chances, prepend=0)[row]
    assert 0.5 < chance < 0.85 and table.chances[-1] == pytest.approx(1)


def test_random_programs_of_the_space_hold_whole_parts() -> None:
    space = EditSpace(parts_of([TokenBatch.of([TAUGHT])], share=0.6))
    first = space.starts(1000, 0, 0)
    assert first.valid().all() and first.texts() == space.starts(1000, 0, 0).texts()
    assert 0.1 < np.mean([text == str(TAUGHT) for text in first.texts()]) < 0.2


def test_a_body_that_is_too_long_is_left_out() -> None:
    among = sample_programs(3, seed=0)
    ids = np.full((1, 60), among.ids[0, 3], np.uint8)
    assert bodies(ids, np.array([60]), at=np.array([1]), among=among).texts() == among.texts()


def test_symmetries_are_programs_that_do_the_mirror_image() -> None:
    tokens = TokenBatch.of([Program.parse("DEF run m( IF c( leftIsClear c) i( turnLeft pickMarker i) m)")])
    assert with_mirrors(tokens).texts() == [
        "DEF run m( IF c( leftIsClear c) i( turnLeft pickMarker i) m)",
        "DEF run m( IF c( rightIsClear c) i( turnRight pickMarker i) m)",
        "DEF run m( IF c( leftIsClear c) i( turnLeft putMarker i) m)",
        "DEF run m( IF c( rightIsClear c) i( turnRight putMarker i) m)",
    ]
    many = with_mirrors(sample_programs(500, seed=1))
    assert len(many) == 2000 and many.valid().all()
