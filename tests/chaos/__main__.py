"""`python -m tests.chaos`: thousands of tries, and a table of what held."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.chaos.child import Clock, Outcome, preload, run
from tests.chaos.environments import ALL, live_in
from tests.chaos.kills import kills, leftovers
from tests.chaos.mutations import damage, damage_text
from tests.chaos.template import ALWAYS, COMMANDS, TEXTS, build, fresh

Try = tuple[str, str, str | None]  # the class, what was done, what did not hold


def mutate(template: Path, folder: Path, number: int, baseline: dict[tuple[str, ...], Outcome]) -> Try:
    """The try of this number: damage, then a command that meets it."""
    rng = Random(f"mutation {number}")
    target = rng.choice([*COMMANDS, *COMMANDS, *TEXTS])
    place = fresh(template, folder)
    if target in TEXTS:
        done, sealed, commands = damage_text(place, target, rng), True, TEXTS[target]
    else:
        (done, sealed), commands = damage(place, target, rng), [*COMMANDS[target], *ALWAYS]
    command = rng.choice(commands)
    outcome = run(command, place)
    fault = outcome.fault()
    if fault is None and outcome.code == 0 and not sealed and command[0] != "artifacts":
        fault = None if outcome.result() == baseline[command].result() else "another result was accepted"
    return target if target in COMMANDS else "texts", f"{number}: {done}; leaps {' '.join(command)}", fault


def tries(template: Path, folder: Path, options: argparse.Namespace) -> Iterator[Try]:
    """All tries that were asked for."""
    baseline = {}
    for command in [*(c for each in COMMANDS.values() for c in each), *ALWAYS]:
        baseline[command] = run(command, fresh(template, folder))
    for number in range(options.first, options.first + options.mutations):
        yield mutate(template, folder, number, baseline)
    yield from kills(template, folder, options.kills)
    yield from leftovers(template, folder, options.leftovers, options.first)
    for number in range(options.environments):
        name, arguments = ALL[number * 7 % len(ALL)]
        yield "environments", f"{name}: leaps {' '.join(arguments)}", live_in(template, folder, name, arguments)


def main() -> int:
    """Tries, then the table; 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--mutations", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0, help="first mutation: --first N --mutations 1 repeats one")
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--leftovers", type=int, default=500)
    parser.add_argument("--environments", type=int, default=len(ALL))
    parser.add_argument("--minutes", type=float, default=90)
    options = parser.parse_args()
    preload()
    clock, total, held, examples = Clock(options.minutes), Counter[str](), Counter[str](), dict[tuple[str, str], str]()
    with tempfile.TemporaryDirectory() as name:
        template = build(Path(name) / "template")
        for kind, done, fault in tries(template, Path(name) / "try", options):
            total[kind] += 1
            held[kind] += fault is None
            if fault:
                examples.setdefault((kind, fault.strip().splitlines()[0][:60]), done)
                print(f"{kind}: {done}: {fault.strip()[:300]}", file=sys.stderr, flush=True)
            if clock.over:
                print("the time is over", file=sys.stderr)
                break
    print(f"{'class':14}{'tries':>8}{'held':>8}")
    for kind in total:
        print(f"{kind:14}{total[kind]:8,}{held[kind]:8,}")
    for (kind, fault), done in examples.items():
        print(f"{kind}: {fault}\n    {done}")
    return int(total != held)


if __name__ == "__main__":
    sys.exit(main())
