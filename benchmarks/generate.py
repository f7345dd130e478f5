"""How fast datasets are made and read, on one core, beside a C program that does the same, in one run.

    python benchmarks/generate.py [--programs 50000] [--c-program PATH]

The C program is called as `PATH N SEED OUT`; it keeps runs that fail or are cut short, so ours is measured under those
rules too. Ours includes splitting, compressing, hashing and publishing. CPU seconds count, since cores may be shared.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from leapscli.artifacts.columns import ProgramColumns
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.programs_h5 import ProgramsReader, ProgramsWriter
from leapscli.artifacts.store import Workspace
from leapscli.domains.karel.behaviour import behaviour
from leapscli.dsl.batch import TokenBatch
from leapscli.recipes.dataset import DatasetRecipe
from leapscli.stages.generate.candidates import blocks, layout_of
from leapscli.stages.generate.generate import generate
from leapscli.vae.training.data import epoch_order

BATCH = 256
TRAINING = 500  # programs a second that a training step on these cores takes at most


def cpu() -> float:
    """CPU seconds of this process and its children."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


@contextmanager
def measured(label: str, found: dict[str, float]) -> Iterator[None]:
    """Prints how long the block takes."""
    wall, used = time.perf_counter(), cpu()
    yield
    found[label] = cpu() - used
    print(f"{label:48} {found[label]:6.2f} s CPU, {time.perf_counter() - wall:6.2f} s")


def parts(recipe: DatasetRecipe, folder: Path) -> None:
    """Where the time goes, one part after the other."""
    found: dict[str, float] = {}
    made: list[ProgramColumns] = []
    with measured("  sampling, worlds, runs", found):
        for block in blocks(recipe, 0, 1):
            made.append(block.columns())
            if sum(map(len, made)) >= recipe.programs:
                break
    writer = ProgramsWriter(folder / PROGRAMS, layout_of(recipe), threads=1)
    with measured("  compressing and writing", found):
        for rows in made:
            writer.append(rows)
        writer.close()
    with measured("  what programs do on the probe worlds", found):
        for rows in made:
            behaviour(TokenBatch(rows.tokens, rows.lengths.astype(np.int32)))


def reading(label: str, reader: ProgramsReader, order: np.ndarray) -> None:
    """Batches with demonstrations, opening and first reads included."""
    began = time.process_time()
    for i in range(0, len(order) - BATCH, BATCH):
        reader.read(order[i : i + BATCH])
    rate = (len(order) - BATCH) / (time.process_time() - began)
    print(f"{label:48} {rate:,.0f} programs/s, {rate / TRAINING:,.0f} times {TRAINING}/s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=50_000)
    parser.add_argument("--c-program", type=Path)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        place = Workspace(Path(scratch))
        for crashes in (False, True):  # compiles, or loads, everything
            generate(DatasetRecipe(programs=10, crash_free=not crashes), place, name="warm", workers=1)
        if options.c_program:
            command = [options.c_program, str(options.programs), "1", f"{scratch}/c.bin"]
            with measured("the C program, writing raw arrays", found):
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={"LD": "1", "CALLS": "220"})
        like = DatasetRecipe(programs=options.programs, crash_free=False)
        paper = DatasetRecipe(programs=options.programs)
        with measured("ours, by the C program's rules", found):
            generate(like, place, name="like", workers=1)
        with measured("ours, by the paper's rules", found):
            artifact = generate(paper, place, name="paper", workers=1)
        parts(paper, place.root)
        with measured("leaps gen-data, start of Python included", found):
            arguments = ["gen-data", "--workspace", scratch, "--set", f"programs={options.programs}", "--workers", "1"]
            subprocess.run([sys.executable, "-m", "leapscli", *arguments], check=True, capture_output=True)
        for label, seconds in list(found.items())[1:] if options.c_program else ():
            print(f"{label}: {seconds / next(iter(found.values())):.1f} times the C program")
        path, shuffled = artifact.file(PROGRAMS), np.random.default_rng(0).permutation(paper.programs)
        print(f"reading batches of {BATCH} with their demonstrations, as training does:")
        reading("  any order, the file in memory", ProgramsReader(path), shuffled)
        small = ProgramsReader(path, cache=64 << 20)
        reading("  an epoch's order, a file larger than the cache", small, epoch_order(paper.programs, 0, 0))


if __name__ == "__main__":
    main()
