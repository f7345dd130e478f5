"""Mistakes of the command line are told as all others are: `error:`, `hint:`, exit code 2."""

from __future__ import annotations

import subprocess
import sys

import pytest

# What Typer says after "invalid value for" differs from version to version.
MISTAKES = {
    "run --seed x": ("invalid value for '--seed': ", "see `leaps run --help`"),
    "run --seed -1": ("invalid value for '--seed': ", "see `leaps run --help`"),
    "run --speed fast": ("invalid value for '--speed': ", "see `leaps run --help`"),
    "run a b c d": ("unexpected argument: c d", "see `leaps run --help`"),
    "run --task": ("option '--task' requires an argument", None),
    "run --sed 3": ("no such option: --sed", "did you mean --seed or --speed or --step?"),
    "runn": ("no such command 'runn'", "did you mean run?"),
    "artifacts lst": ("no such command 'lst'", "did you mean list?"),
    "artifacts list --kind x": (
        "invalid value for '--kind': 'x' is not one of ",
        "see `leaps artifacts list --help`",
    ),
    "fmt": ("missing argument 'FILE...'", "see `leaps fmt --help`"),
    "--nope": ("no such option: --nope", "see `leaps --help`"),
    "fmt no.txt": ("no.txt: no such file or directory", None),
    "synthesize": ("no task to solve", "as in `leaps synthesize harvester`; `leaps tasks` lists them"),
}


def leaps(line: str, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leapscli", *line.split()]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


@pytest.mark.parametrize("line", MISTAKES)
def test_usage_errors_have_the_style_of_all_errors(line, tmp_path):
    message, hint = MISTAKES[line]
    result = leaps(line, cwd=tmp_path)
    assert result.returncode == 2 and result.stdout == ""
    first, *rest = result.stderr.splitlines()
    assert first.startswith(f"error: {message}") and (message.endswith(" ") or first == f"error: {message}")
    assert rest == ([f"hint: {hint}"] if hint else []) and "should be" not in first and not first.endswith(".")


@pytest.mark.parametrize("line", ["", "data", "model", "artifacts"])
def test_a_command_that_wants_another_word_shows_its_help(line):
    result = leaps(line)
    assert result.returncode == 2 and result.stdout == "" and result.stderr == leaps(f"{line} --help").stdout


def test_an_end_of_input_inside_leaps_is_not_called_an_abort(monkeypatch, capsys):
    from leapscli.cli import main as shell
    from leapscli.cli.help import App

    def build() -> App:
        app = App()

        @app.command()
        def command() -> None:
            raise EOFError("half a file")

        return app

    monkeypatch.setattr(shell, "build", build)
    monkeypatch.setattr(sys, "argv", ["leaps"])
    with pytest.raises(SystemExit) as end:
        shell.main()
    assert end.value.code == 1 and "error: unexpected EOFError: half a file\n" in capsys.readouterr().err
