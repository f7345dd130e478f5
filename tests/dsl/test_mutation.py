"""Mutants are valid programs that differ in one node, drawn uniformly."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.compiled import mutator
from leapscli.dsl.mutation import mutate
from leapscli.dsl.program import Program
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.tree import Action, If, IfElse, Not, Repeat, While, walk


def found_nodes(program: Program) -> Counter[tuple[str, int]]:
    """The kernel's nodes: (their text, their kind)."""
    ids = program.ids
    size = len(ids)
    nodes = np.empty((2 * size, 4), np.int64)
    scratch = np.empty((3, size + 1), np.int64)
    count = mutator.find_nodes(PUBLISHED.ids, ids, nodes, *scratch)
    return Counter((" ".join(program.tokens[a:b]), int(kind)) for a, b, kind, _ in nodes[:count])


def tree_nodes(program: Program) -> Counter[tuple[str, int]]:
    """The same, read off the tree."""
    nodes: Counter[tuple[str, int]] = Counter()

    def tokens(*statements):
        return " ".join(Program(statements).tokens[3:-1])

    def body(statements):
        for i, statement in enumerate(statements):
            nodes[tokens(statement), mutator.STATEMENT] += 1
            if i < len(statements) - 1:
                nodes[tokens(*statements[i:]), mutator.STATEMENT] += 1
            if isinstance(statement, Repeat):
                nodes[f"R={statement.times}", mutator.COUNT] += 1
            if isinstance(statement, While | If | IfElse):
                condition(statement.condition)
            if not isinstance(statement, Action):
                body(statement.body)
            if isinstance(statement, IfElse):
                body(statement.orelse)

    def condition(found):
        text = tokens(If(found, (Action("move"),))).removeprefix("IF ").removesuffix(" i( move i)")
        nodes[text, mutator.CONDITION] += 1
        if isinstance(found, Not):
            nodes[list(walk(found))[-1].name, mutator.ONE_PERCEPTION] += 1

    body(program.body)
    return nodes


EXAMPLES = [
    "DEF run m( move m)",
    "DEF run m( move turnLeft move m)",
    "DEF run m( REPEAT R=3 r( move r) WHILE c( not c( frontIsClear c) c) "
    "w( turnLeft IF c( markersPresent c) i( move i) w) m)",
    "DEF run m( IFELSE c( leftIsClear c) i( move move i) "
    "ELSE e( IFELSE c( rightIsClear c) i( move i) ELSE e( putMarker e) e) m)",
    "DEF run m( WHILE c( not c( not c( frontIsClear c) c) c) w( move w) m)",
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_kernel_finds_the_nodes_of_the_tree(text):
    program = Program.parse(text)
    assert found_nodes(program) == tree_nodes(program)


def test_the_kernel_finds_the_nodes_of_random_programs():
    for program in sample_programs(200, 3).programs():
        assert found_nodes(program) == tree_nodes(program)


@pytest.mark.parametrize("max_tokens", [45, 60])
def test_mutants_of_mutants_stay_valid_and_within_their_limit(max_tokens):
    tokens = sample_programs(500, 0)
    for generation in range(20):
        tokens = mutate(tokens, 1, first=generation * 500, max_tokens=max_tokens)
    assert tokens.valid().all() and tokens.lengths.max() <= max_tokens
    assert all(len(program.tokens) == n for program, n in zip(tokens.programs(), tokens.lengths, strict=True))


def test_a_mutant_differs_in_one_node():
    before = Program.parse(EXAMPLES[2])
    mutants = mutate(TokenBatch.of([before] * 400), 5, max_tokens=45).programs()
    assert sum(mutant == before for mutant in mutants) < 100
    for mutant in mutants:
        same = 0
        while same < min(len(before.tokens), len(mutant.tokens)) and before.tokens[same] == mutant.tokens[same]:
            same += 1
        tail = 0
        while tail < min(len(before.tokens), len(mutant.tokens)) - same and (
            before.tokens[-1 - tail] == mutant.tokens[-1 - tail]
        ):
            tail += 1
        # What changed lies within some node's place.
        assert (
            any(start <= same and len(before.tokens) - tail <= end for start, end in _spans(before)) or mutant == before
        )


def _spans(program: Program) -> list[tuple[int, int]]:
    ids, size = program.ids, len(program.ids)
    nodes, scratch = np.empty((2 * size, 4), np.int64), np.empty((3, size + 1), np.int64)
    count = mutator.find_nodes(PUBLISHED.ids, ids, nodes, *scratch)
    return [(int(a), int(b)) for a, b in nodes[:count, :2]]


def test_every_node_is_drawn_equally_often():
    """Three statements: their three nodes and two sequences. The first token changes with two nodes of the five."""
    before = Program.parse("DEF run m( putMarker putMarker putMarker m)")
    mutants = mutate(TokenBatch.of([before] * 20_000), 2, max_tokens=45)
    first_kept = np.mean(mutants.ids[:, 3] == before.ids[3])
    # Kept by the three nodes behind it, and by replacements that begin with putMarker again: the statement drawn is an
    # action of that kind, alone or at the beginning of a sequence.
    again = np.mean(sample_programs(20_000, 9).ids[:, 3] == before.ids[3])
    assert first_kept == pytest.approx(3 / 5 + 2 / 5 * again, abs=0.02)


def test_a_mutant_depends_on_its_seed_and_index_alone():
    tokens = sample_programs(30, 4)
    whole = mutate(tokens, 7, max_tokens=45)
    part = mutate(tokens[20:], 7, first=20, max_tokens=45)
    assert whole[20:].texts() == part.texts()
    assert mutate(tokens, 8, max_tokens=45).texts() != whole.texts()


def test_a_program_beyond_the_limit_is_refused():
    with pytest.raises(ValueError, match="at most 5"):
        mutate(TokenBatch.of([Program.parse("DEF run m( move move move m)")]), 0, max_tokens=5)
