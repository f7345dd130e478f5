"""Text as editors, shells and language models leave it, made the one kind that programs and maps are read from.

Bytes are UTF-8, or UTF-16 or UTF-32 behind a byte order mark. Whatever Unicode calls the end of a line becomes a
newline; characters that only look like others (full-width letters, non-breaking spaces) become those. Lines keep their
numbers, and characters their columns.
"""

from __future__ import annotations

import codecs
import re

from leapscli.errors import InputError

_MARKS = (  # the longer first: UTF-32's begins as UTF-16's does
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BREAKS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
_BLANKS = "\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_LOOKALIKES = {chr(ord(c) + 0xFEE0): c for c in map(chr, range(ord("!"), ord("~") + 1))} | dict.fromkeys(_BLANKS, " ")
_LIKE = re.compile(f"[{''.join(map(re.escape, _LOOKALIKES))}]")
_CODE = re.compile(r"^[^#\n＃]*＃?", re.MULTILINE)


def decode(content: bytes) -> str:
    """The text of some bytes, without the byte order mark; InputError where they are none."""
    mark, encoding = next(((m, e) for m, e in _MARKS if content.startswith(m)), (b"", "utf-8"))
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        complaint = f"byte {len(mark) + error.start} is not {encoding[:6].rstrip('-').upper()} text"
        raise InputError(f"{complaint}; neither a program nor a map", "save it as UTF-8") from error


def lines_of(text: str) -> list[str]:
    """The lines, however they end."""
    return _BREAKS.sub("\n", _INVISIBLE.sub("", text)).split("\n")


def plain(line: str) -> str:
    """The line in ASCII's own characters and spaces where it has their look-alikes."""
    return _LIKE.sub(lambda found: _LOOKALIKES[found[0]], line)


def source(text: str) -> str:
    """A program's text with lines that end in newlines, plain but for its comments, which keep their characters."""
    return _CODE.sub(lambda code: plain(code[0]), "\n".join(lines_of(text)))
