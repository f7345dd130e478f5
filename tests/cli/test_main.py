"""The command line as a whole: what it loads, how it ends, what it prints where."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
import typer

from leapscli.__main__ import main as console_script
from leapscli.cli import main as shell
from leapscli.errors import ArtifactError, Interrupted, LeapsError
from leapscli.signals import graceful_stop

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


def made_of(cause: BaseException, error: BaseException) -> BaseException:
    """`error`, raised from `cause`."""
    error.__cause__ = cause
    return error


def ends(monkeypatch, capsys, error: BaseException, debug: bool = False) -> tuple[int, str]:
    """Exit code and stderr of a command that raises `error`."""

    def build() -> typer.Typer:
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def command() -> None:
            raise error

        return app

    monkeypatch.setattr(shell, "build", build)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)  # which main sets
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
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
        (made_of(KeyboardInterrupt(), RuntimeError("as an import makes of it")), 130, "error: interrupted\n"),
        (made_of(KeyboardInterrupt(), Interrupted("stopped", "resume")), 130, "error: stopped\nhint: resume\n"),
        (KeyError("x"), 1, f"error: unexpected KeyError: 'x'\nhint: {shell.BUG}\n"),
    ],
)
def test_what_goes_wrong_becomes_a_message_a_hint_and_an_exit_code(monkeypatch, capsys, error, code, text):
    found, stderr = ends(monkeypatch, capsys, error)
    assert found == code and stderr.endswith(text)


def test_ctrl_c_while_the_first_modules_load_is_no_traceback(monkeypatch, capsys):
    class Interrupting(dict):
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "leapscli.cli.main", Interrupting())
    with pytest.raises(SystemExit) as end:
        console_script()
    assert end.value.code == 130 and capsys.readouterr().err == "error: interrupted\n"


IN_A_CALLBACK = """
import ctypes, os, signal, sys, time, typer
from leapscli.cli import main as shell
app = typer.Typer()
@app.command()
def command():
    def callback():
        os.kill(os.getpid(), signal.SIGINT)
        return 0
    ctypes.CFUNCTYPE(ctypes.c_int)(callback)()
    for _ in range(200):
        time.sleep(0.1)
shell.build, sys.argv = lambda: app, ["leaps"]
shell.main()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as in POSIX")
def test_ctrl_c_in_a_callback_from_compiled_code_is_not_lost():
    """LLVM calls back while it compiles, where Python can but print an exception."""
    result = subprocess.run([sys.executable, "-c", IN_A_CALLBACK], capture_output=True, text=True, timeout=25)
    assert (result.returncode, result.stderr) == (130, "error: interrupted\n")


@pytest.mark.skipif(os.name != "posix", reason="signals as in POSIX")
def test_ctrl_c_while_a_kernel_compiles_ends_with_130(tmp_path):
    (tmp_path / "p.txt").write_text("DEF run m( move m)")
    command = [sys.executable, "-m", "leapscli", "evaluate", "p.txt", "--task", "harvester"]
    environment = os.environ | {"LEAPS_CACHE": str(tmp_path)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=tmp_path, env=environment, **pipes) as process:
        assert process.stderr.readline().startswith("compiling the engine")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "error: interrupted\n")


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


STUCK = """
import signal, threading
from leapscli.signals import end_at_the_second
end_at_the_second()
signal.signal(signal.SIGINT, lambda number, frame: print("asked", flush=True))  # and never ends, as a compiled loop
print("ready", flush=True)
threading.Event().wait()
"""


def test_the_second_signal_ends_what_never_returns():
    with subprocess.Popen([sys.executable, "-c", STUCK], stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "asked\n" and process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "a reward may never end" in err
