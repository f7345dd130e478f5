"""YAML 1.2's core schema: the specification's examples, and values that come back as they were written."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leapscli.yaml12 import dump, load, load_written

# YAML 1.2.2, section 10.3.2, "Tag Resolution", the table and its example; and what YAML 1.1 read otherwise.
CORE = {
    "": None, "null": None, "Null": None, "NULL": None, "~": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "0": 0, "0o7": 7, "0x3A": 58, "-19": -19, "0300": 300, "010": 10, "+12": 12, "08": 8,
    "0o14": 12, "0xdeadBEEF": 3735928559,
    "0.": 0.0, "-0.0": -0.0, ".5": 0.5, "+12e03": 12000.0, "-2E+05": -200000.0,
    "1e3": 1000.0, "1e-3": 0.001, "1.5E3": 1500.0,
    ".inf": math.inf, "-.Inf": -math.inf, "+.INF": math.inf,
}  # fmt: skip
TEXTS = [
    *("yes", "no", "on", "off", "y", "N", "Yes", "OFF", "nULL", "tRUE", "1:30"),
    *("190:20:30", "0b1", "1_000", "-0x1F", "0o8"),
    *("2026-13-45", "2026-01-01", "2001-12-14t21:59:43.10-05:00", "<<", "="),
    *("1e", ".", "+", "inf", "nan", "0x", "12e3.4"),
]  # fmt: skip

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20)
words = st.sampled_from(
    [*TEXTS, *CORE, "1.0", "a: b", "# c", "'", '"', " x ", "\n", "\x85", "\u2028", "\ufeff", "é", "🤖"]
)
values = st.recursive(
    scalars | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | words, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("text", "value"), CORE.items())
def test_plain_scalars_are_what_the_specifications_core_schema_says(text, value):
    for found in (load(text), (load(f"- {text}") or [None])[0], load(f"{{a: {text}}}")["a"]):
        assert found == value and type(found) is type(value)


def test_not_a_number_is_one_of_them():
    assert all(math.isnan(load(text)) for text in (".nan", ".NaN", ".NAN"))


@pytest.mark.parametrize("text", TEXTS)
def test_every_other_plain_scalar_is_text(text):
    assert load(f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", ["'1'", '"true"', "!!str 1", "|-\n  1"])
def test_what_is_quoted_or_tagged_as_text_is_text(text):
    assert isinstance(load(f"a: {text}")["a"], str)


@given(values)
def test_what_is_dumped_is_read_back_as_it_was_by_yaml_1_2_and_by_1_1(value):
    text = dump(value)
    assert load(text) == load_written(text) == yaml.safe_load(text) == value


@given(values)
def test_what_a_yaml_1_1_dumper_wrote_is_read_back_as_it_was(value):
    assert load_written(yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)) == value


def test_what_is_dumped_has_no_aliases():
    shared = [1]
    assert dump({"a": shared, "b": shared}) == "a:\n- 1\nb:\n- 1\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2", "a key is written twice"),
        ("a: &x {b: *x}", "more than 100,000 values, or an alias that holds itself"),
        ("[" * 200_000, "nested too deeply"),
        ("- " * 200_000, "nested too deeply"),
        ("9" * 5000, "a number of 5,000 digits"),
        ("!!int x", "no whole number"),
        ("!!float x", "no number"),
        ("!!bool yes", "neither true nor false"),
        ("!!set {a}", "the tag !!set means nothing here"),
        ("!!python/object/apply:os.system [id]", "means nothing here"),
        ("--- 1\n--- 2", "expected a single document"),
    ],
)
def test_what_cannot_be_a_value_is_an_error_that_knows_its_line(text, says):
    for read in (load, load_written):
        with pytest.raises(yaml.MarkedYAMLError, match=says) as caught:
            read(text)
        assert caught.value.problem_mark is not None
