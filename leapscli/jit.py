"""Compilation by numba: one decorator, one cache, one announcement.

numba, which nothing else here imports, compiles a kernel on first use; the machine code is kept on disk, checked.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba.core.caching import Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from leapscli.kernel_cache import kernel_cache, print_to_stderr

# Settings of numba's that change machine code, apart from those that its own key holds (CPU, bytecode, types).
SETTINGS = ("OPT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "SLP_VECTORIZE")


class _DiskCache(Cache):
    """The disk cache that numba asks for one function's machine code: a file for each signature, so no index can be
    damaged.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._py_func = function
        self._name = re.sub(r"[^\w.-]", "", f"{function.__module__}.{function.__qualname__}", flags=re.ASCII)
        self.enable()  # type: ignore[no-untyped-call]

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(kernel_cache().folder)

    def flush(self) -> None:
        """Nothing: what is compiled again replaces what was."""

    def _load_overload(self, sig: Any, target_context: Any) -> Any:
        content = kernel_cache().read(self._file(sig, target_context.codegen()))
        if content is None:
            return None
        try:
            return CompileResult._rebuild(target_context, *pickle.loads(content))
        except Exception:  # whole, but not for this process: compiled again
            return None

    def _save_overload(self, sig: Any, data: Any) -> None:
        if not data.library.has_dynamic_globals:  # addresses in this process
            kernel_cache().write(self._file(sig, data.codegen), dumps(data._reduce()))

    def _file(self, sig: Any, codegen: Any) -> str:
        """A name for all that the machine code depends on besides this package's code."""
        settings = [getattr(numba.config, name, None) for name in SETTINGS]
        source = _content(self._py_func.__code__.co_filename)
        own = self._index_key(sig, codegen)  # type: ignore[no-untyped-call]
        key = (sys.version, numba.__version__, np.__version__, settings, source, own)
        return f"{self._name[-100:]}-{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}"


def kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Compile `function` with numba: no Python objects, no GIL, IEEE arithmetic, cached on disk."""
    compiled: Any = numba.njit(nogil=True, error_model="numpy", **options)(function)
    if compiled is not function:  # as it is where compilation is switched off
        compiled._cache = _DiskCache(function)
    return compiled


_UNCOUNTED: dict[str, Any] = {"_nrt": False}  # no references are counted; an option that numba keeps to itself


def inline(function: Callable[..., Any]) -> Any:
    """Compile `function` into each kernel that calls it. It makes no array, and so counts no references to any.

    Counting them, atomically and at every call, costs a tight loop most of its speed.
    """
    return numba.njit(nogil=True, error_model="numpy", forceinline=True, **_UNCOUNTED)(function)


def routine(function: Callable[..., Any]) -> Any:
    """Compile `function` once, for all kernels that call it. It makes no array, as `inline`."""
    return kernel(function, **_UNCOUNTED)


def subroutine(function: Callable[..., Any]) -> Any:
    """Compile `function` for use inside kernels only, where it may make arrays; the kernel is what gets cached."""
    return numba.njit(nogil=True, error_model="numpy")(function)


class _Announce(numba.core.event.Listener):
    """Says once that compilation is under way; a warm cache never triggers it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.said = say, False

    def on_start(self, event: Any) -> None:
        """Numba began to compile something."""
        if not self.said:
            self.said = True
            self.say(f"compiling the engine ({kernel_cache().wait})")

    def on_end(self, event: Any) -> None:
        """Numba finished something."""

    def notify(self, event: Any) -> None:
        """Numba's listener protocol."""
        (self.on_start if event.is_start else self.on_end)(event)


def announce_compilation(say: Callable[[str], None] = print_to_stderr) -> None:
    """Call `say` with one line the first time that this process has to compile, and where that cannot be kept."""
    kernel_cache().warn = say
    numba.core.event.register("numba:compile", _Announce(say))


def with_names(template: Callable[..., Any], name: str, **names: Any) -> Callable[..., Any]:
    """A copy of the function `template` called `name`, in which `names` stand in place of its globals.

    This is how a kernel takes another function: compiled in, so that it costs nothing, and still cached on disk, under
    `name`: whoever passes other `names` must pass another name.
    """
    clone = FunctionType(template.__code__, {**template.__globals__, **names}, template.__name__)
    clone.__qualname__, clone.__module__ = f"{template.__qualname__}-{name}", template.__module__
    return clone


def with_helpers(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with the plain functions that it calls compiled into it."""
    called = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    helpers = {name: inline(with_helpers(value)) for name, value in called.items() if isinstance(value, FunctionType)}
    return with_names(function, "helped", **helpers) if helpers else function


def source_name(function: Callable[..., Any]) -> str:
    """A name that changes whenever the file that defines `function` does: what to cache a specialised kernel under."""
    content = _content(inspect.getsourcefile(function) or "")[:12]
    return f"{function.__module__.rpartition('.')[2]}-{function.__name__}-{content}"


def _content(file: str) -> str:
    """A fingerprint of the content of a source file."""
    path = Path(file)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "unknown"
