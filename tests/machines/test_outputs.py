"""Every option that writes a file, and what it may be given: devices, pipes, `-`, folders, names that cannot be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Timer

import pytest

from leapscli.errors import InputError, LeapsError
from leapscli.stages.user_files import check_folder, check_writable, write_output
from tests.machines.shell import shell

STEPS = [{"step": 1, "action": "move"}, {"step": 2, "action": "turnLeft"}, {"step": 3, "action": "move"}]


def steps(text: bytes | str) -> list[dict[str, object]]:
    return [{name: record[name] for name in ("step", "action")} for record in map(json.loads, text.splitlines())]


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1"])
def test_a_trace_on_standard_output_is_alone_there(tmp_path, name):
    result = shell(f"$LEAPS run p.txt --trace {name}", tmp_path)
    assert result.returncode == 0 and steps(result.stdout) == STEPS
    assert b"budget" in result.stderr and b"wrote" not in result.stderr  # what is usually printed


def test_a_trace_on_standard_output_that_is_a_file_is_whole(tmp_path):
    shell("$LEAPS run p.txt --trace /dev/stdout > out.txt; $LEAPS run p.txt --trace /dev/fd/3 3> three.txt", tmp_path)
    assert steps((tmp_path / "out.txt").read_text()) == steps((tmp_path / "three.txt").read_text()) == STEPS


def test_pictures_go_to_standard_output_too(tmp_path):
    assert shell("$LEAPS run p.txt --png -", tmp_path).stdout.startswith(b"\x89PNG")
    assert shell("$LEAPS tasks maze --png /dev/stdout", tmp_path).stdout.startswith(b"\x89PNG")


def test_a_trace_goes_into_a_process_and_into_a_pipe_with_a_name(tmp_path):
    script = "$LEAPS run p.txt --trace >(cat > a.txt) && mkfifo f && (cat f > b.txt &) && $LEAPS run p.txt --trace f"
    assert shell(f"{script} && sleep 0.3", tmp_path).returncode == 0
    assert steps((tmp_path / "a.txt").read_text()) == steps((tmp_path / "b.txt").read_text()) == STEPS
    assert not (tmp_path / "f").is_file()


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ("--trace - --json", 2, "both need the screen"),
        ("--trace - --png -", 2, "standard output takes one thing at a time"),
        ("--trace /dev/full", 1, "/dev/full: cannot be written: no space left on device"),
        ("--trace no/t.jsonl", 2, "no/t.jsonl: there is no folder"),
        ("--png .", 2, ".: a folder, not a file"),
        ("--gif p.txt/x", 2, "p.txt/x: there is no folder"),
        (f"--png {'x' * 300}", 2, "cannot be written: file name too long"),
        ("--trace loop", 2, "loop: cannot be written: too many levels of symbolic links"),
    ],
)
def test_an_output_that_cannot_be_is_one_clear_line(tmp_path, options, code, says):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    result = shell(f"$LEAPS run p.txt {options}", tmp_path)
    error = result.stderr.decode().splitlines()[0]
    assert result.returncode == code and error.startswith("error: ") and says in error and len(error) < 250


def test_a_file_is_as_it_was_where_its_disk_is_full(tmp_path):
    (tmp_path / "t.jsonl").write_text("as it was")
    result = shell("ulimit -f 0; $LEAPS run p.txt --trace t.jsonl", tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert result.returncode == 1 and b"t.jsonl: cannot be written: file too large" in result.stderr
    assert (tmp_path / "t.jsonl").read_text() == "as it was" and [*tmp_path.glob(".*")] == []


def test_links_are_followed_and_modes_kept(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"")
    target.chmod(0o640)
    link.symlink_to(target)
    write_output(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new" and target.stat().st_mode & 0o777 == 0o640


def test_a_reader_that_has_left_is_an_error_of_its_own(tmp_path):
    os.mkfifo(tmp_path / "f")
    reader = os.open(tmp_path / "f", os.O_RDONLY | os.O_NONBLOCK)
    Timer(0.2, os.close, [reader]).start()
    with pytest.raises(LeapsError, match="its reader closed it early"):
        write_output(tmp_path / "f", b"x" * 1_000_000)  # more than a pipe holds


def test_a_folder_to_write_into_may_be_yet_to_be_made_but_not_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    check_folder(tmp_path / "a" / "b")
    check_writable(tmp_path / "new")
    with pytest.raises(InputError, match="is a file, not a folder"):
        check_folder(tmp_path / "file" / "b")


def test_the_manuals_pipe_runs_as_written(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "machines.md").read_text(encoding="utf-8")
    (line,) = [line.strip() for line in page.splitlines() if line.startswith("    leaps ")]
    (tmp_path / "prog.txt").write_text("DEF run m( putMarker m)")
    result = shell(line.replace("leaps", "$LEAPS", 1), tmp_path)
    assert [step["action"] for step in steps(result.stdout)] == ["putMarker"]


def test_a_folder_is_not_written_to_standard_output(tmp_path):
    result = shell("$LEAPS data export karel -", tmp_path)
    assert result.returncode == 2 and b"standard output cannot take" in result.stderr
