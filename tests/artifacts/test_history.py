"""history.csv, read: numbers as they are, and a line named where it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapscli.artifacts.history import read_history
from leapscli.errors import ArtifactError


def test_numbers_are_read_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("iteration,best,sigma\n1,0.5,\n2,-1,0.25\n")
    assert read_history(path) == [
        {"iteration": 1, "best": 0.5, "sigma": None},
        {"iteration": 2, "best": -1, "sigma": 0.25},
    ]


@pytest.mark.parametrize("text", ["a,b\n1,2\nx,3\n", "a,b\n1,2\n3,4,5\n", "a\n1\n²\n"])
def test_a_row_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.csv"
    path.write_text(text)
    with pytest.raises(ArtifactError, match=r"history\.csv:3: not a row of numbers"):
        read_history(path)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(b"a\n\xff\n")
    for wrong in (path, tmp_path / "none.csv"):
        with pytest.raises(ArtifactError, match="cannot be read"):
            read_history(wrong)
