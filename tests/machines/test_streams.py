"""Standard streams that are closed, full, or left by whoever read them."""

from __future__ import annotations

import json

import pytest

from tests.machines.shell import shell

SEARCH = "$LEAPS synthesize --task maze --searcher evolution --set iterations=2 --set held_out=0"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("redirection", "reason"), [(">/dev/full", "no space left on device"), (">&-", "it is closed")]
)
@pytest.mark.parametrize(
    "command", ["$LEAPS tasks", "$LEAPS --help", "$LEAPS tasks --json", "$LEAPS run p.txt --trace -"]
)
def test_output_that_cannot_be_written_is_one_line_and_exit_code_1(tmp_path, command, redirection, reason, unbuffered):
    result = shell(f"{command} {redirection}", tmp_path, PYTHONUNBUFFERED=unbuffered)
    errors = [line for line in result.stderr.decode().splitlines() if line.startswith("error: ")]
    assert result.returncode == 1 and errors == [f"error: standard output cannot be written: {reason}"]
    assert b"Traceback" not in result.stderr and b"Exception" not in result.stderr


@pytest.mark.parametrize(("redirection", "form"), [(">/dev/full", ""), (">/dev/full", "--json"), (">&-", "")])
def test_what_was_made_is_kept_when_its_result_cannot_be_written_and_the_message_says_so(tmp_path, redirection, form):
    result = shell(f"{SEARCH} {form} {redirection}", tmp_path)
    kept = tmp_path / "runs" / "maze" / "v1"
    assert result.returncode == 1 and (kept / "manifest.yaml").exists()
    assert f"what was made is kept: maze@v1 ({kept})" in result.stderr.decode()


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-", "2> >(true)"])
def test_notes_that_nobody_can_read_end_no_command(tmp_path, redirection):
    result = shell(f"{SEARCH} --json {redirection}", tmp_path)
    assert result.returncode == 0 and json.loads(result.stdout)["artifact"] == "maze@v1"


@pytest.mark.parametrize("command", ["$LEAPS fmt -", "$LEAPS run -", "$LEAPS evaluate - --task maze"])
def test_a_program_from_a_closed_standard_input_is_an_input_error(tmp_path, command):
    result = shell(f"{command} <&-", tmp_path)
    assert result.returncode == 2 and b"error: standard input: closed" in result.stderr


def test_commands_that_read_nothing_run_with_all_streams_closed_and_write_into_no_file_of_theirs(tmp_path):
    result = shell("$LEAPS run p.txt --task maze --trace t.jsonl <&- 2>&- >&-", tmp_path)
    assert result.returncode == 1 and result.stderr == b""
    assert all(json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines())


def test_removal_is_not_asked_about_where_nobody_can_answer(tmp_path):
    result = shell(f"{SEARCH} >/dev/null && $LEAPS artifacts remove maze@v1 <&-", tmp_path)
    assert result.returncode in (0, 2) and b"unexpected" not in result.stderr
