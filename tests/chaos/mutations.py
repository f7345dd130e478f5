"""Damage: one change to one file of a workspace."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import h5py
import numpy as np

from leapscli import yaml12
from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.manifest import MANIFEST, content_hash, describe_file, read_manifest, write_manifest
from leapscli.artifacts.store import Workspace

EXTREMES: list[Any] = [
    None, True, -1, 0, 2**31, 2**63, 10**50, 1e308, float("nan"), float("inf"), "", "../../x", "a\0b", "x" * 5000,
    "2026-13-45", "[", [], {}, [[[[1]]]], {"a": {"b": 1}}, "%s", "karel@v9", "/dev/zero", "é" * 40,
]  # fmt: skip


def flip(path: Path, rng: Random) -> None:
    """One to eight bits."""
    content = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 1, 2, 8))):
        if content:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def cut(path: Path, rng: Random) -> None:
    """The end is lost."""
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content) + 1)])


def blank(path: Path, rng: Random) -> None:
    """A stretch of zeros, as after a crash of the disk."""
    content = bytearray(path.read_bytes())
    start = rng.randrange(len(content) + 1)
    end = min(len(content), start + rng.choice((16, 512, 4096)))
    content[start:end] = bytes(end - start)
    path.write_bytes(content)


def noise(path: Path, rng: Random) -> None:
    """Random bytes, of the same number or another."""
    path.write_bytes(rng.randbytes(rng.choice((0, 1, 100, path.stat().st_size))))


def append(path: Path, rng: Random) -> None:
    """Something behind the end."""
    path.write_bytes(path.read_bytes() + rng.choice((b"\n", b"\0" * 100, rng.randbytes(50))))


def delete(path: Path, rng: Random) -> None:
    """It is gone."""
    path.unlink()


def swap(path: Path, rng: Random) -> None:
    """Another file of the workspace in its place."""
    others = [each for each in path.parents[3].rglob("*") if each.is_file() and each != path]
    shutil.copyfile(rng.choice(others), path)


def change_kind(path: Path, rng: Random) -> None:
    """A folder, a pipe or a link in its place."""
    path.unlink()
    kind = rng.randrange(5)
    if kind == 0:
        path.mkdir()
    elif kind == 1:
        os.mkfifo(path)
    else:
        path.symlink_to(("/dev/zero", "/etc/hostname", path.name)[kind - 2])


BYTES = (flip, cut, blank, noise, append, delete, swap, change_kind)


def change_value(values: Any, rng: Random) -> Any:
    """A nested value with one of its parts replaced, removed or doubled."""
    if isinstance(values, dict) and values and rng.random() < 0.85:
        key = rng.choice(list(values))
        changed = dict(values)
        if rng.random() < 0.1:
            del changed[key]
        elif rng.random() < 0.05:
            changed[str(rng.choice(EXTREMES))[:50]] = rng.choice(EXTREMES)
        else:
            changed[key] = change_value(values[key], rng)
        return changed
    if isinstance(values, list) and values and rng.random() < 0.8:
        changed = list(values)
        at = rng.randrange(len(changed))
        changed[at : at + 1] = rng.choice(([], [changed[at]] * 2, [change_value(changed[at], rng)]))
        return changed
    return rng.choice(EXTREMES)


def change_manifest(path: Path, rng: Random) -> None:
    """A value of a manifest, under a fitting checksum."""
    body = path.read_bytes().rpartition(b"checksum: ")[0]
    changed = change_value(yaml12.load_written(body), rng)
    _checksummed(path, yaml12.dump(changed).encode(errors="surrogatepass"))


def _checksummed(path: Path, body: bytes) -> None:
    import hashlib

    path.write_bytes(body + b"checksum: " + hashlib.sha256(body).hexdigest().encode() + b"\n")


def change_dataset(path: Path, rng: Random) -> None:
    """Values, shapes, types or attributes of an HDF5 file."""
    with h5py.File(path, "r+") as file:
        name = rng.choice(
            ["tokens", "lengths", "split", "demos/cells", "demos/agents", "demos/actions", "demos/lengths"]
        )
        values = file[name][...]
        kind = rng.randrange(6)
        if kind <= 2:
            flat = values.reshape(-1)
            flat[[rng.randrange(flat.size) for _ in range(rng.choice((1, 5, 200)))]] = rng.choice(
                (0, 1, 7, 51, 100, 127)
            )
            file[name][...] = values
        elif kind == 3:
            del file[name]
            file[name] = (
                values.astype(rng.choice(("int64", "float32", "uint16", "S3"))) if rng.random() < 0.7 else values[:-1]
            )
        elif kind == 4:
            key = rng.choice(list(file.attrs))
            del file.attrs[key]
            if rng.random() < 0.8:
                file.attrs[key] = rng.choice((-1, 2**40, "x", [1, 2], 1.5, "{", ""))
        else:
            del file[name]
            file[name] = h5py.ExternalLink("/etc/hostname", "/x") if rng.random() < 0.5 else h5py.SoftLink("/tokens")


def change_weights(path: Path, rng: Random) -> None:
    """The metadata or the numbers of a safetensors file, under a digest that fits or under none."""
    import torch

    from leapscli.artifacts.weights import load_weights, save_weights

    tensors, meta = load_weights(path)
    if rng.random() < 0.5:
        meta = change_value(meta, rng)
        meta = meta if isinstance(meta, dict) else {"meta": meta}
        meta = json.loads(json.dumps(meta, default=str))
    else:
        name = rng.choice(list(tensors))
        change: Callable[[torch.Tensor], torch.Tensor] = rng.choice(
            (
                lambda t: t[:1],
                lambda t: t.to(torch.int32),
                lambda t: t * torch.nan,
                lambda t: t.reshape(-1),
                lambda t: t + 9,
            )
        )
        tensors[name] = change(tensors[name]) if rng.random() < 0.8 else torch.zeros(3)
    save_weights(path, tensors, meta)


def change_state(path: Path, rng: Random) -> None:
    """The arrays of a saved search."""
    with np.load(path) as file:
        kept = dict(file)
    name = rng.choice(list(kept))
    array = kept[name]
    if name == "values":
        values = change_value(json.loads(array.tobytes()), rng)
        kept[name] = np.frombuffer(json.dumps(values, default=str).encode(), np.uint8)
    else:
        kept[name] = rng.choice(
            (array[:-1], array.astype("float32"), array.reshape(-1), np.repeat(array, 2, 0), np.zeros_like(array))
        )
    np.savez(path, **kept)


def change_json(path: Path, rng: Random) -> None:
    """A value of a JSON file, or of a line of one."""
    lines = path.read_text().splitlines()
    if path.suffix == ".jsonl":
        at = rng.randrange(len(lines))
        lines[at] = json.dumps(change_value(json.loads(lines[at]), rng), default=str)
        path.write_text("".join(f"{line}\n" for line in lines))
    else:
        path.write_text(json.dumps(change_value(json.loads(path.read_text()), rng), default=str))


CONTENTS: dict[str, Callable[[Path, Random], None]] = {
    MANIFEST: change_manifest,
    "programs.h5": change_dataset,
    "weights.safetensors": change_weights,
    "checkpoint.safetensors": change_weights,
    "state.npz": change_state,
    "metrics.jsonl": change_json,
    "evaluation.json": change_json,
}


def seal(artifact: Artifact) -> None:
    """Make the manifest fit the files again, as somebody may."""
    manifest = read_manifest(artifact.path / MANIFEST)
    files = tuple(describe_file(artifact.path, file.name) for file in manifest.files)
    write_manifest(
        artifact.path / MANIFEST, manifest.model_copy(update={"files": files, "content": content_hash(files)})
    )


def damage(place: Path, kind: str, rng: Random) -> tuple[str, bool]:
    """Change one file of the newest artifact of a kind: what was done, and whether the manifest fits afterwards."""
    artifact = Workspace(place).list(kind)[-1]  # type: ignore[arg-type]
    path = rng.choice([path for path in artifact.path.iterdir() if path.is_file()])
    change = CONTENTS.get(path.name) if rng.random() < 0.5 else None
    change = change or rng.choice(BYTES)
    change(path, rng)
    sealed = change is change_manifest or not (artifact.path / MANIFEST).is_file()  # without one it is no artifact
    if path.name != MANIFEST and rng.random() < 0.6 and path.is_file() and not path.is_symlink():
        seal(artifact)
        sealed = True
    return f"{kind} {path.name}: {change.__name__}{' sealed' if sealed else ''}", sealed


def damage_text(place: Path, name: str, rng: Random) -> str:
    """Change a recipe, program or map."""
    path = place / name
    if path.suffix == ".yaml" and rng.random() < 0.5:
        path.write_bytes(yaml12.dump(change_value(yaml12.load(path.read_text()), rng)).encode(errors="surrogatepass"))
        return f"{name}: change_value"
    change = rng.choice((flip, cut, blank, noise, append, delete, change_kind))
    change(path, rng)
    if path.is_fifo():  # which may be one on purpose: the command waits for whoever writes
        path.unlink()
    return f"{name}: {change.__name__}"
