"""One normaliser of text: every encoding with a byte order mark, every line end, characters that look like others."""

from __future__ import annotations

import pytest

from leapscli.dsl.program import Program
from leapscli.dsl.text import decode, lines_of, plain, source
from leapscli.errors import InputError, ProgramSyntaxError

TEXT = "def run():\n    move()  # größer\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_with_a_byte_order_mark_is_read(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT
    for order in ("be", "le"):
        if encoding in ("utf-16", "utf-32"):
            assert decode("\ufeff".encode(f"{encoding}-{order}") + TEXT.encode(f"{encoding}-{order}")) == TEXT


def test_bytes_that_are_no_text_are_told_where() -> None:
    for content, message in (
        (b"move \xff", "byte 5 is not UTF-8 text"),
        (b"\xef\xbb\xbfmo\xe9ve", "byte 5 is not UTF-8 text"),
        (b"\xff\xfe\x00", "byte 2 is not UTF-16 text"),
    ):
        with pytest.raises(InputError, match=message):
            decode(content)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_lines_end_in_any_way(end: str) -> None:
    assert lines_of(f"a{end}b{end}") == ["a", "b", ""]
    for text in ("DEF run m( # a\nmove m)", "def run():\n    # a\n    move()\n"):
        assert str(Program.parse(text.replace("\n", end))) == "DEF run m( move m)"


def test_lookalikes_count_as_plain_and_keep_their_columns() -> None:
    assert plain("ｒｕｎ（）：\xa0\u3000２＃") == "run():  2#"
    assert source("\ufeffｍove\u200b # ｍ\xa0\n＃ｍ") == "move # ｍ\xa0\n#ｍ"
    assert str(Program.parse("ＤＥＦ run\xa0m(\u3000ｍove m)")) == "DEF run m( move m)"
    assert str(Program.parse("def ｒun（）：\n\xa0\xa0ｍove()\n  𝐦ove()")) == "DEF run m( move move m)"
    with pytest.raises(ProgramSyntaxError) as caught:
        Program.parse("def run（）：\n\u3000\u3000ｍove();　ｊump()")
    assert (caught.value.line, caught.value.column, caught.value.found) == (2, 11, "jump()")


@pytest.mark.parametrize("damage", ["\0", "\ud800", "\udcff"])
def test_what_a_wrong_encoding_leaves_is_told_where(damage: str) -> None:
    for text in (f"DEF run m(\n  {damage}move m)", f"def run():\n  {damage}move()", f"DEF run m( move m)\n  {damage}"):
        with pytest.raises(ProgramSyntaxError, match="is no text") as caught:
            Program.parse(text)
        assert (caught.value.line, caught.value.column, caught.value.hint) == (2, 3, "save it as UTF-8")
        str(caught.value).encode()
