"""docs/artifacts.md: its tables name every field of the manifest."""

from __future__ import annotations

import re

from leapscli.artifacts.manifest import Manifest
from tests import ROOT

PAGE = (ROOT / "docs" / "artifacts.md").read_text()


def test_the_tables_name_every_field():
    for field in Manifest.model_fields:
        assert re.search(rf"^\|.*`{field.removesuffix('_number')}`", PAGE, re.MULTILINE), field
