"""Worlds as SVG: well-formed, with what the world holds, at a size that fits."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import leapscli as leaps
from leapscli.domains.karel.svg import LONGEST

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("text", [">", "#.3\n^1.\n###", "..\n.<\nunder: 9"])
def test_a_drawing_holds_every_wall_marker_and_karel(text):
    world = leaps.World.parse(text)
    root = ElementTree.fromstring(world._repr_html_())
    counts = [each.text for each in root.iter(f"{SPACE}text")]
    assert sorted(counts) == sorted(str(n) for n in world.markers.ravel().tolist() if n > 1)
    assert len(root.findall(f"{SPACE}polygon")) == 1
    paths = [each for each in root.iter(f"{SPACE}path") if each.get("fill") == "#f5b82e"]
    assert len(paths) == int((world.markers > 0).sum())


def test_a_large_world_is_drawn_small():
    root = ElementTree.fromstring(leaps.task("maze", height=100, width=60).sample(1, seed=0)[0]._repr_html_())
    assert (root.get("width"), root.get("height")) == (str(LONGEST * 60 // 100), str(LONGEST))
