"""Machine code on disk: what is read is what was written, and where nothing can be kept nothing else suffers."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leapscli import kernel_cache as module
from leapscli.kernel_cache import KEPT, NO_KERNELS, KernelCache, code_digest, kernel_cache
from leapscli.locations import PACKAGE

CODE = os.urandom(100_000)
posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes as in POSIX")


class Heard(list):
    """What a cache warned of."""

    def cache(self, folder: Path) -> KernelCache:
        made = KernelCache(folder)
        made.warn = self.append
        return made


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "leaps" / "code"


@pytest.fixture
def fresh():
    """The process's own cache, found anew."""
    kernel_cache.cache_clear()
    yield kernel_cache
    kernel_cache.cache_clear()


def test_what_was_written_is_read_by_a_later_process(folder, heard):
    first, later = heard.cache(folder), heard.cache(folder)
    assert not first.holds_any() and first.read("kernel") is None
    first.write("kernel", CODE)
    assert later.read("kernel") == CODE and later.holds_any() and later.keeps and not heard


@pytest.mark.parametrize("keep", [0, 10, 32, 50_000])
def test_a_cut_file_counts_as_none_and_is_written_anew(folder, heard, keep):
    heard.cache(folder).write("kernel", CODE)
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:keep])
    cache = heard.cache(folder)
    assert cache.read("kernel") is None
    cache.write("kernel", CODE)
    assert cache.read("kernel") == CODE and not heard


def test_random_bytes_a_flipped_bit_and_another_kernels_file_count_as_none(folder, heard):
    cache = heard.cache(folder)
    cache.write("kernel", CODE)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    for damaged in (os.urandom(1000), whole[:-1] + bytes([whole[-1] ^ 1]), whole + b"\0"):
        file.write_bytes(damaged)
        assert cache.read("kernel") is None
    file.write_bytes(whole)
    file.rename(file.with_name(file.name.replace("kernel", "other", 1)))
    assert cache.read("other") is None and not heard


def refuse(*_, **__):
    raise OSError(30, "Read-only file system")


@pytest.mark.parametrize("place", ["file", "below a file", "/proc/leaps", "read-only", "no home"])
def test_where_nothing_can_be_kept_one_warning_says_why_and_names_LEAPS_CACHE(
    tmp_path, monkeypatch, heard, place, fresh
):
    (tmp_path / "file").touch()
    named = {"file": tmp_path / "file", "below a file": tmp_path / "file" / "deep"}.get(place, Path(place))
    monkeypatch.setenv("LEAPS_CACHE", str(tmp_path if place == "read-only" else named))
    if place == "/proc/leaps" and not sys.platform.startswith("linux"):
        pytest.skip("no /proc")
    if place == "read-only":
        monkeypatch.setattr(os, "mkdir", refuse)
    if place == "no home":  # as of a user that a container knows by number alone
        for name in ("LEAPS_CACHE", "XDG_CACHE_HOME", "HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    cache = fresh()
    cache.warn = heard.append
    assert not cache.holds_any() and not cache.keeps and not cache.try_out()
    for name in ("one", "two"):
        cache.write(name, CODE)
        assert cache.read(name) is None
    (warning,) = heard
    assert warning.startswith("warning: cannot keep compiled code in ") and "LEAPS_CACHE" in warning
    assert "\n" not in warning and str(cache.folder.parent) in warning


def test_a_missing_folder_is_made_and_only_its_owner_can_enter(tmp_path, monkeypatch, fresh):
    monkeypatch.setenv("LEAPS_CACHE", str(tmp_path / "a" / "b"))
    mask = os.umask(0)
    try:
        fresh().write("kernel", CODE)
    finally:
        os.umask(mask)
    (file,) = fresh().folder.iterdir()
    if os.name == "posix":
        assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent, file.parents[1])] == [
            0o600, 0o700, 0o700
        ]  # fmt: skip


@posix
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how a full disk is imitated")
def test_a_full_disk_is_said_once_and_what_was_kept_is_still_read(folder, heard):
    import resource

    heard.cache(folder).write("small", b"kept")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    cache = heard.cache(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        cache.write("big", CODE)
        cache.write("bigger", CODE + CODE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(heard) == 1 and str(folder.parent) in heard[0]
    assert [path.stem for path in folder.iterdir()] == ["small"] and cache.read("small") == b"kept"


@posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o707])
def test_a_folder_that_others_can_write_is_not_trusted(folder, heard, mode):
    heard.cache(folder).write("kernel", CODE)
    folder.chmod(mode)
    assert heard.cache(folder).read("kernel") is None
    assert len(heard) == 1 and "others can write in it" in heard[0]


@posix
def test_a_file_that_others_can_write_is_not_trusted(folder, heard):
    heard.cache(folder).write("kernel", CODE)
    next(folder.iterdir()).chmod(0o622)
    assert heard.cache(folder).read("kernel") is None and not heard


@posix
def test_a_folder_of_another_user_is_not_trusted_and_roots_is(folder, heard, monkeypatch):
    heard.cache(folder).write("kernel", CODE)
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    assert (heard.cache(folder).read("kernel") == CODE) is (own == 0)
    if own == 0:
        os.chown(folder, 65534, -1)
        assert heard.cache(folder).read("kernel") is None
    assert len(heard) == 1 and "another user" in heard[0]


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_another_user_without_a_home_runs_on(tmp_path):
    """As in a container that runs under a number of its own."""
    lines = (
        "import os, pwd, leapscli.kernel_cache as module",
        "os.setgid(54321); os.setuid(54321)",
        "module.kernel_cache().write('kernel', b'code'); print(module.kernel_cache().read('kernel'))",
    )
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "LEAPS_CACHE")}
    for more in ({}, {"HOME": str(tmp_path)}, {"XDG_CACHE_HOME": str(tmp_path)}):
        environment.pop("XDG_CACHE_HOME", None)
        command = [sys.executable, "-c", "\n".join(lines)]
        result = subprocess.run(command, env=environment | more, capture_output=True, text=True, cwd=PACKAGE.parent)
        assert (result.returncode, result.stdout) == (0, "None\n"), result.stderr
        assert len(result.stderr.splitlines()) == 1 and "LEAPS_CACHE" in result.stderr


WRITER = """
import sys
from pathlib import Path
from leapscli.kernel_cache import KernelCache
cache = KernelCache(Path(sys.argv[1]))
while True:
    cache.write("kernel", sys.argv[2].encode() * 3_000_000)
"""


def test_processes_that_write_at_once_and_are_killed_at_it_leave_no_damage(folder, heard):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), letter]) for letter in "ab"]
    cache, seen = heard.cache(folder), set()
    end = time.monotonic() + 20
    while len(seen) < 2 and time.monotonic() < end:
        seen.add(cache.read("kernel"))
        seen.discard(None)
    for writer in writers:
        writer.kill()
        writer.wait()
    assert seen == {b"a" * 3_000_000, b"b" * 3_000_000}
    assert cache.read("kernel") in seen and not heard


def test_an_interrupted_write_leaves_nothing(folder, heard, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        heard.cache(folder).write("kernel", CODE)
    assert not list(folder.iterdir())


def test_folders_of_old_code_are_removed_when_they_were_not_used_for_longest(tmp_path, heard):
    for age in range(KEPT + 3):
        old = tmp_path / f"{age:016x}"
        old.mkdir()
        os.utime(old, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "own").mkdir()
    heard.cache(tmp_path / f"{2:016x}").read("used again")
    assert len(list(tmp_path.iterdir())) == KEPT + 4  # nothing is removed but when code is new
    heard.cache(tmp_path / ("f" * 16)).read("new code")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == sorted([*(f"{age:016x}" for age in range(KEPT - 1)), "f" * 16, "own"])


def test_an_edit_in_any_file_that_kernels_hold_code_of_changes_the_folder_however_deep(tmp_path):
    package = tmp_path / "package"
    deep = [
        "jit.py", "dsl/compiled/grower.py", "engine/compiled/interpreter.py", "domains/karel/tasks/leaps/maze.py",
        "tasks/custom/reward.py", "search/searchers/compiled/kernels.py", "another/room/that/is/new.py",
    ]  # fmt: skip
    shallow = [f"{room}/{name}.py" for room in NO_KERNELS for name in ("a", "deep/b")]
    for name in (*deep, *shallow):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("1")
    before = code_digest(package)
    for name in shallow:
        (package / name).write_text("2")
    assert code_digest(package) == before
    seen = {before}
    for name in deep:
        (package / name).write_text("2")
        assert code_digest(package) not in seen
        seen.add(code_digest(package))


def test_an_edit_in_any_compiled_file_of_this_package_changes_the_folder(tmp_path):
    copy = tmp_path / "leapscli"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "shipped"))
    before = code_digest(copy)
    assert before == code_digest(PACKAGE)
    compiled = [path for path in copy.rglob("*.py") if uses_numba(path)]
    assert len(compiled) >= 10
    for path in compiled:
        text = path.read_text()
        path.write_text(text + "\n")
        assert code_digest(copy) != before, path
        path.write_text(text)


def test_no_file_in_the_rooms_without_kernels_compiles_anything():
    files = [path for room in NO_KERNELS for path in (PACKAGE / room).rglob("*.py")]
    assert len(files) > 50 and not [path for path in files if uses_numba(path)]


def test_compiled_code_takes_nothing_from_the_rooms_without_kernels():
    """What a kernel takes from another module is frozen in it, so that must be in the digest as well."""
    rooms = "|".join(NO_KERNELS)
    for path in PACKAGE.rglob("*.py"):
        if uses_numba(path):
            assert not re.search(rf"^from leapscli\.({rooms})\b", path.read_text(), re.MULTILINE), path


def uses_numba(path: Path) -> bool:
    """A file that compiles, or decorates functions for it."""
    pattern = r"^\s*(from leapscli\.jit import .*\b(kernel|inline|with_names)\b|(from|import) numba\b)"
    return re.search(pattern, path.read_text(), re.MULTILINE) is not None


def test_the_cache_itself_loads_nothing_heavy():
    """A sweep asks it before any worker compiles."""
    line = "import sys, leapscli.kernel_cache; print({'numba', 'numpy'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", line], text=True) == "set()\n"


def test_the_environment_says_where(monkeypatch, fresh, tmp_path):
    for name, value in {"HOME": "home", "XDG_CACHE_HOME": "xdg", "LEAPS_CACHE": "own"}.items():
        monkeypatch.delenv("LEAPS_CACHE", raising=False)
        if name == "HOME":
            monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setenv(name, str(tmp_path / value))
        fresh.cache_clear()
        fresh().write("kernel", CODE)
        inner = Path(".cache") if name == "HOME" else Path()
        assert list((tmp_path / value / inner / "leaps" / code_digest(PACKAGE)).iterdir())


def test_warnings_go_to_stderr_unless_somebody_else_wants_them(folder, capsys):
    folder.parent.mkdir(parents=True)
    folder.touch()
    KernelCache(folder).write("kernel", CODE)
    assert capsys.readouterr().err.count("LEAPS_CACHE") == 1
    assert module.print_to_stderr is KernelCache(folder).warn
