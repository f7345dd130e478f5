"""Folders that are gone, that are files, or that the environment names."""

from __future__ import annotations

import pytest

from tests.machines.shell import shell

GONE = "mkdir gone work; work=$PWD/work; cp p.txt work; cd gone; rmdir ../gone; "
SEARCH = "$LEAPS synthesize --task maze --searcher evolution --set iterations=2 --set held_out=0"


@pytest.mark.parametrize(
    "command",
    ["$LEAPS artifacts list", SEARCH, "$LEAPS run p.txt --png x.png",
     "$LEAPS artifacts list --workspace $work/nothing"],
)  # fmt: skip
def test_a_current_folder_that_is_gone_is_said_in_a_line(tmp_path, command):
    result = shell(GONE + command, tmp_path)
    assert result.returncode in (1, 2) and b"error: the current folder has been removed" in result.stderr
    assert b"unexpected" not in result.stderr and b"Traceback" not in result.stderr


def test_with_a_workspace_elsewhere_everything_works_where_the_current_folder_is_gone(tmp_path):
    result = shell(f"{GONE}{SEARCH} --workspace $work && $LEAPS run maze --workspace $work", tmp_path)
    assert result.returncode == 0 and (tmp_path / "work/runs/maze/v1/manifest.yaml").exists()


def test_what_needs_no_workspace_runs_where_the_current_folder_is_gone(tmp_path):
    result = shell(f"{GONE}$LEAPS tasks && $LEAPS tasks maze && $LEAPS fmt - < $work/p.txt", tmp_path)
    assert result.returncode == 0 and result.stdout.endswith(b"m)\n")


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [("", 0, "no artifacts in {here};"), ("missing", 0, "no artifacts in {here}/missing;"),
     ("p.txt", 2, "p.txt: a workspace is a folder, not a file"),
     ("p.txt/x", 0, "no artifacts in {here}/p.txt/x"), ("x" * 300, 1, "file name too long")],
)  # fmt: skip
def test_the_environments_workspace_may_be_empty_or_missing_but_not_a_file(tmp_path, value, code, says):
    result = shell("$LEAPS artifacts list", tmp_path, LEAPS_WORKSPACE=value)
    assert result.returncode == code and says.format(here=tmp_path) in result.stderr.decode()
    assert b"unexpected" not in result.stderr and not (tmp_path / "missing").exists()


@pytest.mark.parametrize(("value", "traceback"), [("", False), ("0", False), ("no", False), ("1", True), ("yes", True)])
def test_tracebacks_are_shown_where_leaps_debug_says_so(tmp_path, value, traceback):
    result = shell("$LEAPS artifacts list", tmp_path, LEAPS_WORKSPACE="x" * 300, LEAPS_DEBUG=value)
    assert result.returncode == 1 and (b"Traceback" in result.stderr) is traceback
