"""docs/artifacts.md: its example reads a dataset, and its tables name every field."""

from __future__ import annotations

import re

from leapscli.artifacts.manifest import Manifest
from leapscli.artifacts.programs_h5 import PLACES
from tests import ROOT
from tests.artifacts.test_programs_h5 import columns, write

PAGE = (ROOT / "docs" / "artifacts.md").read_text()


def test_the_example_reads_a_dataset_with_h5py_alone(tmp_path, monkeypatch, capsys):
    write(tmp_path / "programs.h5", columns(30))
    monkeypatch.chdir(tmp_path)
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example and "leapscli" not in example[1]
    exec(example[1], {})
    assert " of 30 programs to train on" in capsys.readouterr().out


def test_the_tables_name_every_field():
    for field in (*PLACES.values(), *Manifest.model_fields):
        assert re.search(rf"^\|.*`/?{field.removesuffix('_number')}`", PAGE, re.MULTILINE), field
