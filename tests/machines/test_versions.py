"""The versions that pyproject.toml allows: the lowest of each is what `make lowest` installs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
UNTRIED = {"torch"}  # of which lower ones are allowed than were tried


def bounds(*without: str) -> dict[str, str]:
    """The lower bound of each dependency, but for those of some extras."""
    extras = [group for name, group in PROJECT["optional-dependencies"].items() if name not in without]
    named = [*PROJECT["dependencies"], *(each for group in extras for each in group)]
    plain = (re.sub(r"\[\w+\]", "", re.split("[,;]", each)[0]) for each in named if not each.startswith("leaps["))
    return dict(each.split(">=") for each in plain)


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_every_lower_bound_is_the_version_that_is_tested():
    lowest, allowed = (
        pins("constraints-lowest.txt"),
        bounds("dev", "docs"),
    )  # the tools that judge the code, and make the site, are as new as they are
    assert lowest.keys() == allowed.keys()
    assert {name for name in lowest if lowest[name] != allowed[name]} == UNTRIED


def test_every_dependency_has_a_pin_that_its_bound_allows():
    pinned = {name.lower().replace("_", "-"): version for name, version in pins("constraints.txt").items()}
    for name, bound in bounds().items():
        found, lowest = ([int(part) for part in text.split(".")[:3]] for text in (pinned[name.lower()], bound))
        assert found >= lowest, name


def test_the_classifiers_name_every_python_from_the_lowest_on():
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert named == ["3.11", "3.12", "3.13"] and PROJECT["requires-python"] == f">={named[0]}"
