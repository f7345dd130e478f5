"""A program's reductions: the programs that one edit of its tree makes shorter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from leapscli.dsl.program import Program
from leapscli.dsl.tree import Action, Body, If, IfElse, Statement


def reductions(program: Program) -> Iterator[Program]:
    """Without one of its statements or two neighbours, with a block replaced by what is in it, or without an ELSE."""
    return (Program(body) for body in _bodies(program.body))


def _bodies(body: Body) -> Iterator[Body]:
    for i, statement in enumerate(body):
        before, after = body[:i], body[i + 1 :]
        if len(body) > 1:
            yield before + after
        if after and len(body) > 2:
            yield before + after[1:]  # such as two turns that cancel out
        for instead in _instead(statement):
            yield before + instead + after


def _instead(statement: Statement) -> Iterator[Body]:
    """The replacements for one statement."""
    if isinstance(statement, Action):
        return
    yield statement.body
    yield from ((replace(statement, body=body),) for body in _bodies(statement.body))
    if isinstance(statement, IfElse):
        yield statement.orelse
        yield (If(statement.condition, statement.body),)
        yield from ((replace(statement, orelse=body),) for body in _bodies(statement.orelse))
