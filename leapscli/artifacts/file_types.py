"""Kinds of files by how they begin, whatever their names say: so that the wrong one is called what it is."""

from __future__ import annotations

import codecs
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from leapscli.errors import InputError

AGAIN = "copy or download it again"
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f]")
_PAGE = re.compile(r"\s*<(!doctype|html)", re.IGNORECASE)


class Kind(StrEnum):
    """A file's kind, in words that follow "FILE:"."""

    HDF5 = "an HDF5 file"
    NUMPY = "a NumPy array"
    NPZ = "an archive of NumPy arrays (.npz)"
    TORCH = "a PyTorch file"
    SCRIPT = "a TorchScript archive"
    SAFETENSORS = "a safetensors file"
    PICKLE = "a pickle"
    GZIP = "compressed by gzip"
    ZIP = "a zip archive"
    CUT = "an archive that is cut short or damaged"
    LFS = "a Git LFS pointer, not the file itself"
    PAGE = "a web page, not the file itself"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "of no kind that is known"


# What helps with whatever the file should have been.
WAYS_OUT = {
    Kind.GZIP: "unpack it first",
    Kind.ZIP: "unpack it first",
    Kind.CUT: AGAIN,
    Kind.EMPTY: AGAIN,
    Kind.LFS: "fetch the file with `git lfs pull`",
    Kind.PAGE: "download the file itself",
}
_BEGINNINGS = {
    b"\x89HDF": Kind.HDF5,
    b"\x93NUMPY": Kind.NUMPY,
    b"\x1f\x8b": Kind.GZIP,
    b"\x80": Kind.PICKLE,
    b"version https://git-lfs": Kind.LFS,
}


def kind_of(path: Path) -> Kind:
    """The kind of a file. Raises InputError where there is none, or none that can be read."""
    if not path.is_file():
        raise InputError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}")
    try:
        with path.open("rb") as file:
            head = file.read(256)
        return _kind(path, head)
    except PermissionError:
        raise InputError(f"{path}: cannot be read: permission denied") from None


def _kind(path: Path, head: bytes) -> Kind:
    if not head:
        return Kind.EMPTY
    header = int.from_bytes(head[:8], "little")  # of safetensors: its length, before its JSON
    if head[8:9] == b"{" and header <= path.stat().st_size:
        return Kind.SAFETENSORS
    if head.startswith(b"PK"):
        return _archive(path)
    return next((kind for begin, kind in _BEGINNINGS.items() if head.startswith(begin)), None) or _text(head)


def _archive(path: Path) -> Kind:
    """Of a zip: torch.save writes one with `data.pkl` in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception:  # a damaged directory fails in many ways: BadZipFile, UnicodeDecodeError, NotImplementedError
        return Kind.CUT
    for suffix, kind in ((".npy", Kind.NPZ), ("constants.pkl", Kind.SCRIPT), ("data.pkl", Kind.TORCH)):
        if any(name.endswith(suffix) for name in names):
            return kind
    return Kind.ZIP


def _text(head: bytes) -> Kind:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return Kind.UNKNOWN
    if _CONTROL.search(text):
        return Kind.UNKNOWN
    return Kind.PAGE if _PAGE.match(text.lstrip("\ufeff")) else Kind.TEXT
