"""HDF5 files that other people may have written: opened, and datasets in them taken, with nothing followed outside."""

from __future__ import annotations

from pathlib import Path

import h5py

BUILT_IN = {1, 2, 3, 4, 5, 6, 32000}  # filters of HDF5 itself, and h5py's LZF; others load plugins
RATIO = 1100  # deflate makes at most 1,032 bytes of one


def open_hdf5(path: Path) -> h5py.File:
    """The file, to be read. Raises OSError."""
    return h5py.File(path, "r")


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
