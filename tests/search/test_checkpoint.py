"""A checkpoint holds everything, and a damaged or foreign one is refused with a clear line."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.errors import ArtifactError
from leapscli.progress import StopFlag
from leapscli.results.limits import Limits
from leapscli.search.state_file import load, save
from tests.search.test_loop import run, search


def test_a_search_read_back_ends_like_one_that_was_never_stopped(tmp_path):
    whole, _ = run(search(4), Limits(iterations=30))
    first = search(4)
    half, _ = run(first, Limits(iterations=13))
    save(tmp_path / "state.npz", first, half, [(1.0, 0.5), (2.0, -np.inf)])
    second = search(4)
    taken_up, history = load(tmp_path / "state.npz", second)
    assert history == [(1.0, 0.5), (2.0, -np.inf)] and taken_up.seconds == half.seconds
    rest, _ = second.run(taken_up, Limits(iterations=30), StopFlag(), lambda *_: None)
    assert rest.podium.tokens.texts() == whole.podium.tokens.texts()
    assert rest.podium.returns.tolist() == whole.podium.returns.tolist()
    assert (rest.candidates, rest.evaluations) == (whole.candidates, whole.evaluations)
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_what_is_no_checkpoint_of_this_search_is_refused(tmp_path):
    path = tmp_path / "state.npz"
    with pytest.raises(ArtifactError, match=r"state\.npz"):
        load(path, search())
    path.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ArtifactError, match="cannot be resumed"):
        load(path, search())
    plain = search()
    save(path, plain, run(plain, Limits(iterations=2))[0], [])
    with pytest.raises(ArtifactError, match="restarts"):
        load(path, search(patience=4))
