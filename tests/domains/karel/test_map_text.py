"""Maps that people bring: read where the meaning is certain, else one message that names line and column."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leapscli.domains.karel.world import World
from leapscli.errors import WorldError
from tests.strategies import seeded

MAP = "######\n#>.2.#\n######"
STANFORD = "Dimension: (4, 3)\nKarel: (1, 1); East\nBeeper: (3, 2); 2\nBeeperBag: INFINITE\nSpeed: 1.5\n"


@pytest.mark.parametrize(
    "text",
    [
        f"\n\n{MAP}\n\n",
        MAP.replace("\n", "\r\n") + "\r\n",
        MAP.replace("\n", "\r"),
        MAP.replace("\n", "\r\r\n"),
        MAP.replace("\n", "\u2028"),
        f"\ufeff{MAP}",
        "\n".join(f"  {line}  " for line in MAP.split("\n")),
        "\n".join(f"\t{line}\t" for line in MAP.split("\n")),
        "\n".join(f"\xa0{line}" for line in MAP.split("\n")),
        f"# a comment\n{MAP}\n# and: another\n",
        MAP.replace(">", "→"),
        MAP.replace(">", "▶").replace("#", "＃").replace("2", "２"),
        f"{MAP}\nUNDER: 0\nseed : 0",
    ],
)
def test_a_map_is_read_whatever_surrounds_it(text: str) -> None:
    assert World.parse(text) == World.parse(MAP)


def test_an_o_is_a_marker_as_in_other_simulators() -> None:
    assert World.parse(">....#\n.....#\n......\n#o..#o") == World.parse(">....#\n.....#\n......\n#1..#1")


def test_every_arrow_is_a_heading() -> None:
    for arrows in ("^>v<", "↑→↓←", "▲▶▼◀", "▲►▼◄", "^>V<"):
        assert [World.parse(arrow).agent[2] for arrow in arrows] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("######\n#>.2.#\n####", "line 3, column 5: 4 cells in this row, 6 in the first", None),
        ("  ####\n #>.##", "line 1, column 2: ' ': expected one of", "write . for an empty cell"),
        ("####\n#> #", "line 2, column 3: ' ': expected one of", "write . for an empty cell"),
        ("####\n#.x#", "line 2, column 3: 'x': expected one of", None),
        ("# v  #\n#.o.##", "line 1, column 2: ' ': expected one of", "write . for an empty cell"),
        (f"{MAP}\nunder: ²", "line 4, column 8: 'under: ²': only `under", None),
        (f"{MAP}\nseed: {'9' * 23}", "line 4, column 7: seed: 99999999999999999999999: a seed is at most", None),
        (f"{MAP}\nseed: {'9' * 9999}", "line 4, column 7: seed: 9999999", None),
        (f"under: 1\n{MAP}", "line 1, column 8: 'under: 1': only `under", None),
        ("#\n" * 9999, "a world of 9999×1: each side", None),
        ("DEF run m( move m)", "line 1, column 1: 'D': expected one of", None),
    ],
)
def test_a_map_that_cannot_be_read_is_told_where(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(WorldError) as error:
        World.parse(text)
    assert error.value.message.startswith(message) and len(error.value.message) < 200
    assert hint is None or error.value.hint == hint


def test_a_world_of_stanfords_karel_without_inner_walls_is_read() -> None:
    assert World.parse(STANFORD) == World.parse("....\n..2.\n>...")
    assert World.parse("\ufeff" + STANFORD.replace("\n", "\r\n").upper()) == World.parse(STANFORD)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Wall: (2, 1); West", "line 6, column 1: a wall between two cells; here a wall fills a cell"),
        ("BeeperBag: 10", "line 6, column 1: a bag of 10; here it never runs empty"),
        ("Beeper: (9, 1); 1", "line 6, column 1: 'Beeper: (9, 1); 1' does not fit"),
        ("Beeper: (1, 1); 10", "line 6, column 1: 'Beeper: (1, 1); 10' does not fit"),
        ("Dimension: (999, 1)", "line 6, column 1: 'Dimension: (999, 1)' does not fit"),
        ("Karel: (1, 1); Up", "line 6, column 1: 'Karel: (1, 1); Up' does not fit"),
        ("hello", "line 6, column 1: 'hello' does not fit"),
    ],
)
def test_a_world_of_stanfords_karel_that_differs_is_told_where_it_does(line: str, message: str) -> None:
    with pytest.raises(WorldError) as error:
        World.parse(STANFORD + line)
    assert error.value.message.startswith(message) and error.value.hint
    with pytest.raises(WorldError, match="no Karel"):
        World.parse("Dimension: (4, 3)")


@seeded
@given(st.text(alphabet=st.one_of(st.sampled_from("#.>o1 \n\r:²\ud800"), st.characters()), max_size=60))
@example("seed: 1")
@example("Dimension: (0, 0)\nKarel: (0, 0); East")
def test_any_text_is_a_world_or_a_world_error(text: str) -> None:
    for drawn in (text, f"{MAP}\n{text}", f"{MAP}\nunder: {text}", f"Dimension: {text}", f"{STANFORD}\nBeeper: {text}"):
        try:
            world = World.parse(drawn)
        except WorldError as error:
            assert len(error.message) < 300
        else:
            assert World.parse(str(world)) == world
