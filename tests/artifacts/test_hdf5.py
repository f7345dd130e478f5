"""A disk that is full while HDF5 writes is one error; the process lives on and ends well."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import ROOT

EXPORT = """
from leapscli.artifacts.published_h5 import PublishedWriter
from leapscli.artifacts.programs_h5 import ProgramsReader
from leapscli.stages.data.exchange import _frames, _worlds
reader = ProgramsReader(folder / "p.h5")
rows = reader.read()
frames = list(_frames(rows, _worlds(rows)))  # compiles, and keeps that
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
writer = PublishedWriter(folder / "out", 220)
try:
    writer.append(rows, frames)
    writer.close(reader.layout.demonstrations)
finally:
    writer.discard()
"""
DATASET = """
from leapscli.artifacts.programs_h5 import ProgramsWriter
writer = ProgramsWriter(folder / "q.h5", source.layout)
writer.append(source.columns)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
writer.close()
"""
HEAD = """
import resource, signal, sys
from pathlib import Path
from leapscli.errors import LeapsError
from tests.vae.corpus import corpus
folder, most, source = Path(sys.argv[1]), int(sys.argv[2]), corpus(200)
from leapscli.artifacts.programs_h5 import ProgramsWriter
made = ProgramsWriter(folder / "p.h5", source.layout)
made.append(source.columns)
made.close()
try:
"""
TAIL = """
except LeapsError as error:
    print("said:", error.message)
"""


@pytest.mark.parametrize("most", [0, 100, 3000, 8000])
@pytest.mark.parametrize("what", [EXPORT, DATASET], ids=["export", "dataset"])
def test_a_full_disk_is_one_line_and_no_crash(tmp_path, what, most):
    code = HEAD + "".join(f"    {line}\n" for line in what.strip().splitlines()) + TAIL
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(most)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0 and result.stderr == "", (result.returncode, result.stderr[:500])
    assert "the disk is full" in result.stdout and result.stdout.count("\n") == 1
    assert not (tmp_path / "out").exists() and not (tmp_path / "q.h5").exists()
