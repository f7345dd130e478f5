"""Programs that a model gives back: from the encoder's means alone, and from refined vectors.

    python benchmarks/reconstruction.py [--model shipped] [--programs 3000] [--page RECONSTRUCTION.md]

The sets: every program of up to nine tokens, and every loop and branch around one action, all enumerated; the sampler
at three depths without a dataset's filter; and programs met in the pools of `evolution` on the twelve tasks, three
seeds a task and at most 100,000 programs a search. A program counts where decoding its vector greedily gives its very
tokens.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from leapscli.artifacts.layout import WEIGHTS
from leapscli.artifacts.store import Workspace
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTIONS, PERCEPTIONS
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.vocabulary import COUNTS
from leapscli.progress import StopFlag
from leapscli.stages.synthesize.choose import choose_recipe
from leapscli.stages.synthesize.plan import prepare
from leapscli.tasks.registry import task as find_task
from leapscli.tasks.suites import names
from leapscli.vae.model import LatentModel

DEPTHS = (6, 9, 12)
LONG = 40  # tokens
SEEDS = 3
EVERY = 40  # iterations between two looks at a pool


def _batch(bodies: list[str]) -> TokenBatch:
    return TokenBatch.of([Program.parse(f"DEF run m( {body} m)") for body in bodies])


def short() -> TokenBatch:
    """Every program of up to nine tokens."""
    actions = [" ".join(row) for size in range(1, 6) for row in itertools.product(ACTIONS, repeat=size)]
    return _batch(actions + [f"REPEAT {count} r( {action} r)" for count in COUNTS for action in ACTIONS])


def around_one_action() -> TokenBatch:
    """Every WHILE, IF and IFELSE with one action in each block."""
    conditions = [form.format(name) for form in ("{}", "not c( {} c)") for name in PERCEPTIONS]
    blocks = [
        form.format(condition, action)
        for form in ("WHILE c( {} c) w( {} w)", "IF c( {} c) i( {} i)")
        for condition, action in itertools.product(conditions, ACTIONS)
    ]
    return _batch(
        blocks
        + [
            f"IFELSE c( {condition} c) i( {one} i) ELSE e( {other} e)"
            for condition, one, other in itertools.product(conditions, ACTIONS, ACTIONS)
        ]
    )


def distinct(tokens: TokenBatch, count: int) -> TokenBatch:
    """The first `count` distinct programs."""
    return tokens[np.sort(np.unique(tokens.hashes(), return_index=True)[1])[:count]]


def pool(task: str, seed: int) -> TokenBatch:
    """What a search with `evolution` held in its pool, looked at now and then."""
    met: list[TokenBatch] = []
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        settings = [f"seed={seed}", "evaluations=100000", "max_time=60"]
        plan = prepare(choose_recipe(workspace, task, "evolution", None, settings), workspace, find_task(task), None)
        search, last = plan.search, replace(plan.limits, target=None)

        def watch(row: object, progress: object) -> None:
            if progress.iteration % EVERY == 0:  # type: ignore[attr-defined]
                met.append(progress.searcher.inner.pool.tokens)  # type: ignore[attr-defined]

        search.run(search.begin(seed), last, StopFlag(), watch)
    return TokenBatch.concat(met)


def sets(count: int) -> Iterator[tuple[str, TokenBatch]]:
    """The sets and their names."""
    yield "every program of up to 9 tokens", short()
    yield "every loop and branch around one action", around_one_action()
    for depth in DEPTHS:
        drawn = sample_programs(40 * count, 11, max_depth=depth)
        yield f"sampler, depth {depth}", distinct(drawn, count)
        long = distinct(drawn[np.flatnonzero(drawn.lengths >= LONG)], count)
        yield f"sampler, depth {depth}, {LONG} tokens or more", long
    for task in names():
        met = TokenBatch.concat([pool(task, seed) for seed in range(SEEDS)])
        order = np.random.default_rng(0).permutation(len(met))
        met = distinct(met[order], count)
        yield f"pools, {task}", met
        yield f"pools, {task}, {LONG} tokens or more", met[np.flatnonzero(met.lengths >= LONG)]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="shipped")
    parser.add_argument("--programs", type=int, default=3000)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    artifact = Workspace.locate(None).resolve(options.model, "model")
    model = LatentModel.load(artifact.file(WEIGHTS))
    lines = ["| set | programs | encoder alone | refined | ms a program |", "|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    for name, tokens in sets(options.programs):
        if not len(tokens):
            continue
        alone = model.decode_tokens(model.encode(tokens, refine=0)).hashes() == tokens.hashes()
        began = time.perf_counter()
        z = model.encode(tokens)
        each = 1000 * (time.perf_counter() - began) / len(tokens)
        refined = model.decode_tokens(z).hashes() == tokens.hashes()
        lines.append(f"| {name} | {len(tokens):,} | {alone.mean():.2%} | {refined.mean():.2%} | {each:.2f} |")
        print(lines[-1], flush=True)
    if options.page:
        options.page.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
