"""Every message fits on a screen, whatever it quotes."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest

from leapscli.errors import MOST_LINES, MOST_WIDTH, InputError, bounded

NESTED = "a: &a [1]\n" + "".join(f"{to}: &{to} [{', '.join([f'*{of}'] * 9)}]\n" for of, to in pairwise("abcde"))
BAD = {
    "nested.yaml": NESTED + "programs: *e\nsplits: *d\n",
    "lines.yaml": "".join(f"key{i}: 1\n" for i in range(5000)),
    "word.yaml": f"programs: {'x' * 300_000}\n{'y' * 1000}: 1\n",
    "deep.yaml": "splits: " + "[" * 90 + "1" + "]" * 90 + "\n",
    "list.yaml": f"splits: [{', '.join(['a b'] * 20_000)}]\nseed: {{{', '.join(f'k{i}: 1' for i in range(3000))}}}\n",
    "escape.yaml": '"\\e[2J\\e[31m": 1\n',
}


@pytest.mark.parametrize("name", BAD)
def test_an_error_about_a_recipe_fits_on_a_screen(tmp_path, name):
    (tmp_path / name).write_text(BAD[name])
    command = [sys.executable, "-m", "leapscli", "gen-data", "--recipe", f"./{name}", "--dry-run"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    lines = result.stderr.splitlines()
    assert result.returncode == 2 and lines[0].startswith(f"error: {name}:") and len(lines) <= MOST_LINES + 1
    assert max(map(len, lines)) <= MOST_WIDTH + len("error: ") and "\x1b[2J" not in result.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a\nb"),
        ("\n".join(map(str, range(30))), "\n".join(map(str, range(19))) + "\nand 11 more lines"),
        ("\n".join(map(str, range(20))), "\n".join(map(str, range(20)))),
        (f"no {'x' * 200}!", f"no {'x' * 79}…"),
        (f"{'x' * 199} {'/long' * 60}", f"{'x' * 199} {'/long' * 60}"),
        ("no " * 200, f"{('no ' * 200)[:499]}…"),
        ("\x1b[31mred\x9b\r\t", "\\x1b[31mred\\x9b\\r\t"),
    ],
)
def test_a_message_is_cut_where_it_is_too_long(text, shown):
    assert bounded(text) == bounded(bounded(text)) == str(InputError(text)) == InputError(text).message == shown
