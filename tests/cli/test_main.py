"""The command line as a whole: what it loads, how it ends, what it prints where."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
import typer

from leapscli.cli import main as shell
from leapscli.cli.signals import graceful_stop
from leapscli.errors import ArtifactError, Interrupted, LeapsError

HEAVY = ("torch", "numba", "h5py", "matplotlib", "numpy", "yaml", "rich")  # Typer itself may load pydantic
CHECK = """
import sys
sys.argv = ["leaps", *sys.argv[1:]]
from leapscli.cli.main import main
try:
    main()
except SystemExit as end:
    code = end.code or 0
loaded = [name for name in {heavy!r} if name in sys.modules]
print("loaded", loaded, "code", code)
"""


def leaps(*arguments: str, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "leapscli", *arguments], capture_output=True, text=True, **more)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        ([], 2),
        (["--version"], 0),
        (["nonsense"], 2),
        (["artifacts", "--help"], 0),
        (["artifacts", "list", "--nonsense"], 2),
        (["artifacts", "list", "--kind", "nonsense"], 2),
    ],
)
def test_help_and_usage_errors_load_nothing_heavy(arguments, code):
    command = [sys.executable, "-c", CHECK.format(heavy=HEAVY), *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == f"loaded [] code {code}"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", shell.COMMANDS)
def test_every_commands_help_loads_nothing_heavy(name):
    command = [sys.executable, "-c", CHECK.format(heavy=HEAVY), name.replace("_", "-"), "--help"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "loaded [] code 0"


def ends(monkeypatch, capsys, error: BaseException, debug: bool = False) -> tuple[int, str]:
    """Exit code and stderr of a command that raises `error`."""

    def build() -> typer.Typer:
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def command() -> None:
            raise error

        return app

    monkeypatch.setattr(shell, "build", build)
    monkeypatch.setattr(sys, "argv", ["leaps"])
    monkeypatch.setenv("LEAPS_DEBUG", "1" if debug else "")
    with pytest.raises(SystemExit) as end:
        shell.main()
    streams = capsys.readouterr()
    assert streams.out == ""
    return int(end.value.code or 0), streams.err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (LeapsError("it broke", "mend it"), 1, "error: it broke\nhint: mend it\n"),
        (ArtifactError("no such thing"), 2, "error: no such thing\n"),
        (Interrupted("stopped", "leaps train --resume"), 130, "error: stopped\nhint: leaps train --resume\n"),
        (KeyboardInterrupt(), 130, ""),
        (KeyError("x"), 1, f"error: unexpected KeyError: 'x'\nhint: {shell.BUG}\n"),
    ],
)
def test_what_goes_wrong_becomes_a_message_a_hint_and_an_exit_code(monkeypatch, capsys, error, code, text):
    found, stderr = ends(monkeypatch, capsys, error)
    assert found == code and stderr.endswith(text)


def test_a_bug_shows_its_traceback_when_asked_to(monkeypatch, capsys):
    with pytest.raises(KeyError):
        ends(monkeypatch, capsys, KeyError("x"), debug=True)


def test_a_closed_pipe_is_no_traceback(tmp_path):
    command = f"{sys.executable} -m leapscli artifacts list --json --workspace {tmp_path} | true"
    result = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert "Traceback" not in result.stderr


def test_the_first_signal_asks_and_the_second_stops():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), graceful_stop() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.requested
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_version_is_one_line():
    result = leaps("--version")
    assert result.returncode == 0 and result.stdout.startswith("leaps ") and len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("arguments", [["tasks"], ["--help"]])
def test_output_that_nobody_reads_to_its_end_is_left_quietly(arguments, unbuffered):
    """As in `leaps tasks | head -0`: no message, and the exit code of a process that SIGPIPE ended."""
    read, write = os.pipe()
    os.close(read)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    environment |= {"PYTHONUNBUFFERED": "1"} if unbuffered else {}
    command = [sys.executable, "-m", "leapscli", *arguments]
    result = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=environment)
    os.close(write)
    assert result.returncode == 141 and "error" not in result.stderr and "Exception" not in result.stderr
