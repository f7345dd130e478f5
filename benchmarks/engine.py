"""How fast the engine runs programs, and how much of a C interpreter's speed that is.

    python benchmarks/engine.py [--c-source bench.c | --c-program ./bench]

The C program, compiled here where a compiler is found, runs in the same session on programs and worlds of the same
distributions; of each of its lines and ours the median and the best of several repetitions are compared. Each line
is one thread unless it says otherwise.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.tasks.leaps import harvester
from leapscli.domains.karel.world import random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.sampler import sample_programs
from leapscli.engine.arena import Arena
from leapscli.engine.budget import Budget
from leapscli.engine.compiled import interpreter, scorer
from leapscli.engine.compiled.assembler import assembler
from leapscli.engine.engine import Scorer
from leapscli.engine.judge import Judge
from leapscli.jit import inline, kernel, with_names
from leapscli.tasks.registry import DEFAULT_BUDGET, task

PROGRAMS, REPETITIONS = 8192, 9
LOOPS = (  # with the task in whose 8×8 worlds they run; all are rewarded as harvester
    (
        "harvester",
        "REPEAT R=19 r( WHILE c( frontIsClear c) w( pickMarker move w) pickMarker turnLeft move turnLeft r)",
    ),
    ("fourcorners", "WHILE c( noMarkersPresent c) w( move turnLeft move turnRight w)"),
    (
        "harvester",
        "REPEAT R=19 r( REPEAT R=19 r( IFELSE c( markersPresent c) i( pickMarker move i) "
        "ELSE e( IFELSE c( frontIsClear c) i( move i) ELSE e( turnLeft e) e) r) r)",
    ),
)


class Rate(NamedTuple):
    """Of so many a second: the median, the best, and of so many a second of CPU time (of all threads)."""

    median: float
    best: float
    cpu: float = 0.0


def measure(work: Callable[[], Any], amount: float) -> Rate:
    """`amount` over the seconds that `work` takes, warmed up."""
    work()
    seconds, cpu = [], time.process_time()
    for _ in range(REPETITIONS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    cpu = (time.process_time() - cpu) / REPETITIONS
    return Rate(amount / statistics.median(seconds), amount / min(seconds), amount / cpu)


def counting(*arguments):
    """A template: what a run counted, in place of its return."""
    _, status, counted, agent = interpret(*arguments)  # noqa: F821
    return float(counted), status, counted, agent


def counter() -> Scorer:
    """A scorer whose returns are the primitives (or calls) that each run counted, with harvester's reward."""
    hook = inline(with_names(KAREL.judge, "counting", reward=inline(harvester.reward)))
    run = inline(with_names(counting, "counting", interpret=interpreter.specialise(KAREL, hook, "counting")))
    return Scorer(
        KAREL,
        kernel(
            with_names(
                scorer.score, "counting", interpret=run, enter=inline(KAREL.enter), assemble=assembler(KAREL.vocabulary)
            )
        ),
    )


def engine_lines() -> dict[str, dict[str, Rate]]:
    """Executions and primitives a second: of random programs, with and without detection, and of long loops."""
    ours, count = Scorer.of(KAREL, Judge(harvester.reward)), counter()
    programs, worlds = sample_programs(PROGRAMS, 7), random_worlds(16, 7)
    lines = {}

    def line(name: str, programs: TokenBatch, arena: Arena, budget: Budget, endless: bool) -> None:
        counted = count.returns(programs, arena, budget, endless=endless, threads=1).sum()
        rate = measure(lambda: ours.returns(programs, arena, budget, endless=endless, threads=1), 1)
        runs = len(programs) * len(arena)
        lines[name] = {
            "executions": Rate(runs * rate.median, runs * rate.best),
            "primitives": Rate(counted * rate.median, counted * rate.best),
        }

    arena = worlds.arena(None, harvester.memory)
    for endless in (False, True):
        for limit in (220, 10_000):
            part = arena if endless or limit < 1000 else arena[:2]
            line(random_name(limit, endless), programs, part, Budget.primitives(limit), endless)
    for number, (name, text) in enumerate(LOOPS):
        same = TokenBatch.of([Program.parse(f"DEF run m( {text} m)")] * 300)
        worlds = task(name, height=8, width=8).sample(32, 0)
        line(loop_name(number), same, worlds.arena(None, harvester.memory), Budget.primitives(1000), False)
    return lines


def random_name(limit: int, endless: bool) -> str:
    """What a line is called, here and for the C program's."""
    return f"random programs, {limit:,} primitives{', endless runs detected' if endless else ''}"


def loop_name(number: int) -> str:
    """What a line is called, here and for the C program's."""
    return f"long loop {number + 1}, 1,000 primitives"


_RATE = r"([\d.e+]+)M \[[\d.e+]+ ([\d.e+]+)\]"
_C_LINE = re.compile(
    rf"C (?:random loopdet=(\d) budget=(\d+)|loop (\d) budget \d+): exec/s {_RATE}\s+calls/s {_RATE}", re.ASCII
)


def c_lines(program: Path) -> dict[str, dict[str, Rate]]:
    """The same of the C program, read off what it prints."""
    with tempfile.TemporaryDirectory() as folder:  # it leaves a file behind
        printed = subprocess.run([program.resolve()], cwd=folder, capture_output=True, text=True, check=True).stdout
    lines = {}
    for endless, limit, loop, *rates in _C_LINE.findall(printed):
        name = loop_name(int(loop)) if loop else random_name(int(limit), endless == "1")
        executions, executions_best, primitives, primitives_best = (float(rate) * 1e6 for rate in rates)
        lines[name] = {
            "executions": Rate(executions, executions_best),
            "primitives": Rate(primitives, primitives_best),
        }
    return lines


def compiled(source: Path, folder: str) -> Path | None:
    """The C program built from `source`; None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    program = Path(folder) / "bench"
    subprocess.run([compiler, "-O3", "-march=native", source.name, "-o", program, "-lm"], cwd=source.parent, check=True)
    return program


def search_lines() -> None:
    """Programs a second as a search has them: from token ids to returns on 32 initial states."""
    print("\nscoring on 32 initial states, 10,000 primitives, from token ids to returns:")
    print("programs a second, median and best; a second of CPU time")
    programs = sample_programs(PROGRAMS, 8)
    for name in ("harvester", "fourcorners", "maze", "snake", "cleanhouse"):
        scored = task(name)
        arena = scored.arena(scored.sample(32, 0))
        for threads in (1, 2):

            def work(scored: Any = scored, arena: Arena = arena, threads: int = threads) -> None:
                scored.returns(programs, arena, DEFAULT_BUDGET, threads=threads)

            rate = measure(work, len(programs))
            plural = "s" * (threads > 1)
            print(f"  {name:12} {threads} thread{plural:1}  {rate.median:9,.0f} {rate.best:9,.0f} {rate.cpu:9,.0f}")


_START = """import time; began = time.perf_counter()
import leapscli as leaps
task = leaps.task("harvester")
task.returns([leaps.Program.parse("DEF run m( move m)")], task.sample(32, seed=0))
print(time.perf_counter() - began)"""


def cold_start() -> None:
    """A fresh process, machine code cached: to the first returns, and the whole process."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        inside = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True).stdout
        times.append((time.perf_counter() - began, float(inside)))
    whole, inside = min(times)
    print(f"\nfresh process, warm cache: first returns after {inside:.2f} s, over after {whole:.2f} s")


def show(ours: dict[str, dict[str, Rate]], theirs: dict[str, dict[str, Rate]]) -> None:
    """A table, and the ratios where there is something to compare with."""
    print("millions a second, median and best" + ("; the C program's; ratios" if theirs else ""))
    for name, rates in ours.items():
        what = "executions" if name.endswith("detected") else "primitives"  # where runs are cut short, their number
        own, other = rates[what], theirs.get(name, {}).get(what)
        text = f"  {what} of {name:57} {own.median / 1e6:6.1f} {own.best / 1e6:6.1f}"
        if other:
            text += f"  {other.median / 1e6:7.1f} {other.best / 1e6:6.1f}"
            text += f"  {own.median / other.median:6.2f} {own.best / other.best:5.2f}"
        print(text)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--c-program", type=Path, help="a C interpreter, compiled")
    parser.add_argument("--c-source", type=Path, help="its source, compiled here where there is a compiler")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = arguments.c_program or (arguments.c_source and compiled(arguments.c_source.resolve(), folder))
        if arguments.c_source and not program:
            print("no C compiler here: nothing to compare with", file=sys.stderr)
        theirs = c_lines(program) if program else {}
    show(engine_lines(), theirs)
    search_lines()
    cold_start()


if __name__ == "__main__":
    main()
