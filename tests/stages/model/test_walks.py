"""Walks in the latent space begin and end where they should, and tell how alike programs behave."""

from __future__ import annotations

import pytest

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.stages.model.walks import interpolate, neighbours
from tests.stages.models import publish_model
from tests.vae.memory import KNOWN


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return publish_model(Workspace(tmp_path_factory.mktemp("walks")), None)


def test_a_line_leads_from_one_program_to_the_other(model: Artifact) -> None:
    line = interpolate(model, KNOWN[0], KNOWN[1], 9, 0)
    first, last = line.stops[0], line.stops[-1]
    assert line.reconstructed == (True, True) and first.first == 0 and last.last == 1
    assert first.as_start == last.as_end == 1 and first.as_end == last.as_start == line.similarity < 1
    for one, following in zip(line.stops, line.stops[1:], strict=False):
        assert one.program != following.program and following.first == pytest.approx(one.last + 1 / 8)


def test_equal_programs_in_a_row_are_one_stop(model: Artifact) -> None:
    line = interpolate(model, KNOWN[2], KNOWN[2], 50, 0)
    assert len(line.stops) == 1 and (line.stops[0].first, line.stops[0].last) == (0, 1)
    assert line.similarity == 1 and line.record()["stops"][0]["program"] == str(KNOWN[2])


def test_a_program_that_does_not_come_back_is_told(model: Artifact) -> None:
    strange = Program.parse("DEF run m( REPEAT R=17 r( pickMarker pickMarker turnLeft r) m)")
    line = interpolate(model, strange, KNOWN[3], 2, 0)
    assert line.reconstructed == (False, True) and line.record()["start"]["reconstructed"] is False


def test_without_noise_there_is_one_neighbour(model: Artifact) -> None:
    found = neighbours(model, KNOWN[1], sigma=0, samples=10, count=5, seed=0)
    assert found.decoded == KNOWN[1] and found.distinct == 1 and found.similarity == 1
    assert [(each.program, each.share, each.similarity) for each in found.neighbours] == [(KNOWN[1], 1, 1)]


def test_neighbours_are_the_commonest_and_follow_the_seed(model: Artifact) -> None:
    found = neighbours(model, KNOWN[0], sigma=1.5, samples=300, count=4, seed=1)
    shares = [each.share for each in found.neighbours]
    assert len(shares) == 4 < found.distinct and shares == sorted(shares, reverse=True) and sum(shares) <= 1
    again = neighbours(model, KNOWN[0], sigma=1.5, samples=300, count=4, seed=1)
    assert again.record() == found.record()
    assert neighbours(model, KNOWN[0], sigma=1.5, samples=300, count=4, seed=2).record() != found.record()


def test_what_cannot_be_walked_is_refused(model: Artifact) -> None:
    with pytest.raises(InputError, match="two ends"):
        interpolate(model, KNOWN[0], KNOWN[1], 1, 0)
    long = Program.parse(f"DEF run m( {'move ' * 60} m)")
    with pytest.raises(InputError, match="45 tokens"):
        interpolate(model, KNOWN[0], long, 3, 0)
