"""HDF5 files: those that other people may have written are read with nothing followed outside; new ones are written so
that a full disk is an OSError.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

BUILT_IN = {1, 2, 3, 4, 5, 6, 32000}  # filters of HDF5 itself, and h5py's LZF; others load plugins
RATIO = 1100  # deflate makes at most 1,032 bytes of one


def open_hdf5(path: Path) -> h5py.File:
    """The file, to be read. Raises OSError."""
    return h5py.File(path, "r")


class Target:
    """A new file for HDF5 to write into. It keeps the first error of the disk in `error`, and takes the rest as done.

    HDF5 itself cannot close a file that the disk refuses: its objects fail one after the other, and at the end of the
    process it crashes. `check` raises the error; what was written is then to be thrown away.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: io.FileIO | None = io.FileIO(path, "w+")
        self._position = 0
        self.error: OSError | None = None

    def check(self) -> None:
        """Raises OSError where the disk refused something."""
        if self.error is not None:
            raise OSError(self.error.errno, self.error.strerror, str(self.path))

    def close(self) -> None:
        """Close the file. Raises OSError as `check` does."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.check()

    def seek(self, offset: int, whence: int = 0) -> int:
        """HDF5 seeks from the start, or to the end."""
        assert self._file is not None
        self._position = self._file.seek(offset, whence)
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, like `readinto`."""
        buffer = bytearray(size)
        self.readinto(memoryview(buffer))
        return bytes(buffer)

    def readinto(self, buffer: memoryview) -> int:
        """The bytes that were written; zeros where the disk took nothing."""
        assert self._file is not None
        view = memoryview(buffer).cast("B")
        view[:] = bytes(len(view))
        self._file.seek(self._position)
        self._file.readinto(view)
        self._position += len(view)
        return len(view)

    def write(self, data: bytes) -> int:
        """All of it, or nothing from the first refusal on."""
        assert self._file is not None
        view = memoryview(data).cast("B")
        if self.error is None:
            try:
                self._file.seek(self._position)
                done = 0
                while done < len(view):
                    done += self._file.write(view[done:]) or 0
            except OSError as error:
                self.error = error
        self._position += len(view)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """To a size; nothing after a refusal."""
        assert self._file is not None
        size = self._position if size is None else size
        if self.error is None:
            try:
                self._file.truncate(size)
            except OSError as error:
                self.error = error
        return size

    def flush(self) -> None:
        """Nothing is buffered here."""


@contextmanager
def new_hdf5(path: Path, **options: Any) -> Iterator[h5py.File]:
    """A new file, to be written. Raises OSError at its end where the disk refused something."""
    target = Target(path)
    try:
        with h5py.File(target, "w", **options) as file:
            yield file
    finally:
        target.close()


def take(file: h5py.Group, place: str) -> h5py.Dataset | None:
    """The dataset at `place`, None where there is none.

    Raises ValueError for one whose values are not in this file (links, external or virtual storage), that needs a
    plugin to be read, or that declares more than the file can hold.
    """
    group, parts = file, place.split("/")
    for i, part in enumerate(parts):
        link = group.get(part, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"{place} is a link, which is not followed")
        found = group.get(part)
        if i < len(parts) - 1:
            if not isinstance(found, h5py.Group):
                return None
            group = found
    if not isinstance(found, h5py.Dataset):
        return None
    _check_storage(place, found)
    return found


def _check_storage(place: str, column: h5py.Dataset) -> None:
    plist = column.id.get_create_plist()
    if column.is_virtual or plist.get_external_count():
        raise ValueError(f"{place} lies in other files, which are not read")
    filters = {plist.get_filter(i)[0] for i in range(plist.get_nfilters())}
    if filters - BUILT_IN:
        raise ValueError(f"{place} needs filter {min(filters - BUILT_IN)}, a plugin of HDF5; none is loaded")
    stored = column.id.get_storage_size()
    chunk = column.dtype.itemsize
    for side in column.chunks or ():
        chunk *= side
    if max(column.nbytes, chunk) > RATIO * (stored + 1024):
        raise ValueError(f"{place} declares {column.nbytes:,} bytes, and {stored:,} are stored")
