"""Output in encodings that lack characters of ours: every command goes on, with what the encoding has."""

from __future__ import annotations

import ast
import codecs
import json
from pathlib import Path

import pytest

import leapscli
from leapscli.artifacts.manifest import read_manifest
from leapscli.cli.streams import STAND_IN, prepare_streams
from tests.machines.shell import shell

OLD = ("ascii", "latin-1", "cp1252", "cp932", "cp437", "koi8-r")
C_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
COMMANDS = """
$LEAPS tasks maze && $LEAPS run p.txt --task maze --trace t.jsonl && $LEAPS evaluate p.txt --task maze --episodes 20 &&
$LEAPS synthesize --help && $LEAPS fmt p.txt
"""


def test_every_kind_of_output_is_written_in_an_old_encoding(tmp_path):
    result = shell(COMMANDS, tmp_path, PYTHONIOENCODING="ascii")
    text, notes = result.stdout.decode("ascii"), result.stderr.decode("ascii")
    assert result.returncode == 0 and "unexpected" not in notes
    assert "maze 8x8" in text and "+-" in text and "######" in text
    assert json.loads((tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()[0])["step"] == 1


def test_an_encoding_that_has_a_character_keeps_it(tmp_path):
    result = shell("$LEAPS tasks maze", tmp_path, PYTHONIOENCODING="cp932")
    assert result.returncode == 0 and "maze 8×8" in result.stdout.decode("cp932")


def test_the_c_locale_without_utf_8_ends_no_command(tmp_path):
    (tmp_path / "größe.txt").write_text("# é\nDEF run m( move m)\n", encoding="utf-8")
    result = shell("$LEAPS run größe.txt --task maze && $LEAPS tasks nosé", tmp_path, **C_LOCALE)
    assert result.returncode == 2 and b"maze 8x8" in result.stdout
    assert result.stderr.startswith(b"error: no task is called") and b"Traceback" not in result.stderr


def test_errors_in_an_old_encoding_are_messages_too(tmp_path):
    result = shell("$LEAPS tasks maze --size 2", tmp_path, PYTHONIOENCODING="ascii")
    assert result.returncode == 2 and b"maze at 2x2" in result.stderr


@pytest.fixture(autouse=True, scope="module")
def handler():
    prepare_streams()  # registers it; the streams of a test are pytest's


@pytest.mark.parametrize("encoding", OLD)
@pytest.mark.parametrize("text", ["8×8 – … → ±", "─━│┌┐└├┼╮", "▁▂▃▄▅▆▇█▉▏▘▟", "▲▶▼◀◆·▸", "naïve Ωσ 🤖 \ud800 \udc80"])
def test_what_an_encoding_lacks_has_a_stand_in(encoding, text):
    assert text.encode(encoding, STAND_IN).decode(encoding, "replace")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("8×8 – 1…", "8x8 - 1."),
        ("ascii, …, utf-8", "ascii, ..., utf-8"),
        ("a → b ± 1", "a > b +- 1"),
        ("┌──┐│└╴╷", "+--+|+-|"),
        ("▁▃▅▇█", "_.=*#"),
        ("^▶v◀·◆", "^>v<.*"),
        ("é², ﬁ", "e2, fi"),
        ("語", "?"),
    ],
)
def test_a_stand_in_looks_like_what_it_stands_for(text, shown):
    assert text.encode("ascii", STAND_IN).decode() == shown


def test_a_file_name_that_is_no_text_comes_out_as_its_bytes():
    assert "x\udcff.txt".encode("utf-8", STAND_IN) == "x\udcff.txt".encode("ascii", STAND_IN) == b"x\xff.txt"


def test_names_that_are_no_text_lose_no_work(tmp_path):
    search = "$LEAPS synthesize maze --searcher evolution --set iterations=2 --set held_out=0 --workspace $'w\\xff'"
    result = shell(f"{search} && $LEAPS run maze --workspace $'w\\xff' --trace $'t\\xff'", tmp_path)
    assert result.returncode == 0 and b"w\xff/runs/maze/v1" in result.stdout and b"wrote t\xff" in result.stderr
    (manifest,) = tmp_path.glob("w*/runs/maze/v1/manifest.yaml")
    assert "w\\udcff" in read_manifest(manifest).command


def test_a_task_file_whose_name_is_no_text_is_refused_before_the_search(tmp_path):
    result = shell("touch $'t\\xff.py'; $LEAPS synthesize $'t\\xff.py'", tmp_path)
    assert result.returncode == 2 and b"t\xff.py: its name, or that of its folder, is not UTF-8" in result.stderr


def test_nothing_changes_where_the_encoding_has_it_all():
    assert all("8×8 ▶ ─".encode(name, STAND_IN) == "8×8 ▶ ─".encode(name) for name in ("utf-8", "utf-16-le"))
    assert codecs.lookup("plain_ascii").encode("a")[0] == b"a"


def test_every_file_is_read_and_written_in_an_encoding_that_the_code_names():
    """Whatever a machine's own is."""
    missing = []
    for path in sorted(Path(leapscli.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and is_text(node) and "encoding" not in {word.arg for word in node.keywords}:
                missing.append(f"{path}:{node.lineno}: {ast.unparse(node)}")
    assert missing == []


def is_text(call: ast.Call) -> bool:
    """Whether a call opens, reads or writes text."""
    name, words = (
        ast.unparse(call.func).rpartition(".")[2],
        {word.arg: ast.unparse(word.value) for word in call.keywords},
    )
    if name == "open":
        modes = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        return any(set(mode) <= set("rwax+t") for mode in modes)
    return name in ("read_text", "write_text") or words.get("text") == "True"
