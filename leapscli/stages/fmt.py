"""Lay out a program in its canonical form, in either style, with its comments.

A comment on a line of its own stays above the statement that it stood above (one at the end of a block moves on to what
follows the block); a comment at the end of a line stays at the end of its statement's line. A blank line stays one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leapscli.dsl.printer import layout
from leapscli.dsl.program import Action, If, IfElse, Program, Repeat, Style, While
from leapscli.stages.files import check_writable, read_text, syntax_errors_of, write_output

_OPENERS = ("(", ":")  # what the first line of a block ends in


@dataclass(frozen=True)
class Formatted:
    """A file, its text as found and as it should be."""

    path: Path
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after


def format_files(paths: Sequence[Path], style: Style | None, *, write: bool) -> list[Formatted]:
    """Format every file, then, if `write`, rewrite those that change; one that is no program stops all of them."""
    results = []
    for path in paths:
        text = read_text(path)
        with syntax_errors_of(str(path)):
            results.append(Formatted(path, text, format_text(text, style)))
        if write:
            check_writable(path)
    for result in results:
        if write and result.changed:
            write_output(result.path, result.after.encode())
    return results


def format_text(text: str, style: Style | None = None) -> str:
    """The program in `text` laid out in `style` (its own, if None), comments included. Raises ProgramSyntaxError."""
    program = Program.parse(text)
    lines, line_of = layout(program, style or style_of(text))
    places = list(_places(program, line_of))
    above: dict[int, list[str]] = defaultdict(list)
    beside: dict[int, str] = defaultdict(str)
    for line, column, note, alone in _notes(text):
        if alone:
            above[next((out for place, out in places if place > (line, column)), len(lines))].append(note)
        else:
            beside[max(out for place, out in places if place < (line, column))] += f"  {note}"
    out = [part for i, line in enumerate([*lines, ""]) for part in (*_indented(above[i], line), line + beside[i])]
    return _tidy(out)


def style_of(text: str) -> Style:
    """The form that a program is written in, by its first word."""
    first = re.search(r"^\s*([^\s#]+)", text, re.MULTILINE)
    return "python" if first and first[1] == "def" else "tokens"


def _places(program: Program, line_of: dict[int, int]) -> Iterator[tuple[tuple[int, int], int]]:
    """Where the program and its statements begin in the text, and the line of the layout that they are on."""
    for i, node in enumerate(program.walk()):
        if isinstance(node, Program | Action | While | Repeat | If | IfElse) and node.span:
            yield (node.span.line, node.span.column), line_of[i]


def _notes(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Comments and blank lines: line, column, text (empty for a blank line), and whether it has the line to itself."""
    for number, line in enumerate(text.split("\n"), 1):
        code, sign, comment = line.partition("#")
        if sign or not line.strip():
            note = f"# {comment.strip()}" if comment.strip() and comment[:1] not in "#!:" else (sign + comment).strip()
            yield number, len(code) + 1, note, not code.strip()


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
    return "\n".join(kept) + "\n"
