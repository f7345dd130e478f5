"""Lay out programs in their canonical form, in either style, with their comments.

A comment on a line of its own stays above the statement that it stood above (one at the end of a block moves on to what
follows the block); a comment at the end of a line stays at the end of its statement's line. A blank line stays one.
Programs that fill a line each keep a line each in token form. Around code fences nothing changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from leapscli.artifacts.layout import MANIFEST
from leapscli.dsl.comments import comments
from leapscli.dsl.declaration import declared
from leapscli.dsl.fences import parts
from leapscli.dsl.parser import style_of
from leapscli.dsl.printer import layout
from leapscli.dsl.program import Program
from leapscli.dsl.text import decode, source
from leapscli.dsl.tree import Action, If, IfElse, Repeat, Style, While
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError
from leapscli.stages.user_files import check_writable, naming, read_bytes, write_output

_OPENERS = ("(", ":")  # what the first line of a block ends in

Place = tuple[int, int]


@dataclass(frozen=True)
class Formatted:
    """A file, its content as found and as it should be."""

    path: Path
    before: bytes
    after: bytes

    @property
    def changed(self) -> bool:
        """True if there is anything to do."""
        return self.before != self.after


def format_files(paths: Sequence[Path], style: Style | None, *, write: bool) -> list[Formatted]:
    """Format every file, then, if `write`, rewrite those that change; one that is no program stops all of them."""
    results = []
    for path in paths:
        content = read_bytes(path)
        with naming(str(path)):
            results.append(Formatted(path, content, format_bytes(content, style)))
        if write and results[-1].changed:
            _check_changeable(path)
    for result in results:
        if write and result.changed:
            write_output(result.path, result.after)
    return results


def _check_changeable(path: Path) -> None:
    """Raises InputError for a file that cannot be written, or that an artifact is made of."""

    if (path.resolve().parent / MANIFEST).exists():
        raise InputError(f"{path}: part of an artifact, which never changes", f"leaps fmt - < {path} > mine.txt")
    check_writable(path)


def format_bytes(content: bytes, style: Style | None = None) -> bytes:
    """A file's content formatted: as UTF-8, its lines ending as its first line does, in \\r\\n or \\n."""
    text = decode(content)
    windows = text[: text.find("\n") + 1].endswith("\r\n")
    return format_text(text, style).replace("\n", "\r\n" if windows else "\n").encode()


def format_text(text: str, style: Style | None = None) -> str:
    """The programs in `text` laid out in `style` (its own, if None), comments included. Raises ProgramSyntaxError."""
    pieces, words = parts(source(text)), declared(source(text))
    if len(pieces) > 1:
        Program.parse_all(text, words)  # so that an error names the line of the whole text
    formatted = [
        indent(_format_code(part.text, style, words), part.margin) if part.code else part.text for part in pieces
    ]
    return "\n".join(formatted).rstrip("\n") + "\n"


def _format_code(text: str, style: Style | None, words: Vocabulary) -> str:
    """Code without fences, laid out; no newline at its end."""
    lines, places, outs = _laid_out(Program.parse_all(text, words), style or style_of(text))
    above: dict[int, list[str]] = defaultdict(list)
    beside: dict[int, str] = defaultdict(str)
    for line, column, note, alone in comments(text):
        at = bisect_left(places, (line, column))
        if alone or not at:
            above[outs[at] if at < len(outs) else len(lines)].append(note)
        else:
            beside[outs[at - 1]] += f"  {note}"
    out = [part for i, line in enumerate([*lines, ""]) for part in (*_indented(above[i], line), line + beside[i])]
    return _tidy(out)


def _laid_out(programs: Sequence[Program], style: Style) -> tuple[list[str], list[Place], list[int]]:
    """The lines of the programs; where in the text they and their statements begin, and the lines that those are on."""
    lines: list[str] = []
    places: list[Place] = []
    outs: list[int] = []
    a_line_each = style == "tokens" and len(programs) > 1 and all(_on_one_line(program) for program in programs)
    for program in programs:
        if lines and not a_line_each:
            lines.append("")
        own, line_of = ([str(program)], None) if a_line_each else layout(program, style)
        for i, node in enumerate(program.walk()):
            if isinstance(node, Program | Action | While | Repeat | If | IfElse) and node.span:
                places.append(node.span[:2])
                outs.append(len(lines) + (line_of[i] if line_of else 0))
        lines += own
    return lines, places, outs


def _on_one_line(program: Program) -> bool:
    return program.span is not None and program.span.line == program.span.end_line


def _indented(notes: Sequence[str], line: str) -> list[str]:
    """Notes above a line, as far in as the line."""
    indent = line[: len(line) - len(line.lstrip())]
    return [f"{indent}{note}".rstrip() for note in notes]


def _tidy(lines: Sequence[str]) -> str:
    """No blank line at the ends, after another, or at the start of a block."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1] and not kept[-1].partition("#")[0].rstrip().endswith(_OPENERS)):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept)
