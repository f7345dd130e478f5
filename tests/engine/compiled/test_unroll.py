"""A template's branch is written out once for each of its entries."""

from __future__ import annotations

from leapscli.engine.compiled.unroll import unrolled


def template(op):
    if op == KEY:  # noqa: F821
        return effect(op)  # noqa: F821
    if op == OTHER:  # noqa: F821
        return "other"
    return rest(op)


def rest(op):
    return f"rest {op}"


def entries(count):
    return [{"KEY": number, "effect": lambda op, number=number: f"effect {number} of {op}"} for number in range(count)]


def test_each_copy_reads_names_of_its_own_and_the_rest_stays():
    made = unrolled(template, "three", {"KEY": entries(3), "OTHER": [{"OTHER": 7}]})
    assert [made(op) for op in (0, 1, 2)] == ["effect 0 of 0", "effect 1 of 1", "effect 2 of 2"]
    assert (made(7), made(9)) == ("other", "rest 9")


def test_copies_stand_in_order_so_that_the_first_that_fits_is_taken():
    twice = [{"KEY": 5, "effect": lambda op: "first"}, {"KEY": 5, "effect": lambda op: "second"}]
    assert unrolled(template, "twice", {"KEY": twice, "OTHER": [{"OTHER": 7}]})(5) == "first"


def test_a_copy_is_a_function_of_its_own_name_and_the_template_is_left_alone():
    before = template.__code__
    one, two = (unrolled(template, name, {"KEY": entries(1), "OTHER": [{"OTHER": 7}]}) for name in ("one", "two"))
    assert (one.__qualname__, two.__qualname__) == ("template-one", "template-two") and one is not two
    assert template.__code__ is before and "KEY_0" not in template.__globals__
