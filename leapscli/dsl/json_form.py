"""Programs as JSON: their tree, in lists and one-word objects, for other tools.

{"run": [{"while": "frontIsClear", "body": ["move"]}, {"repeat": 3, "body": ["turnLeft"]},
         {"if": {"not": "markersPresent"}, "body": ["putMarker"], "else": ["move"]}]}
"""

from __future__ import annotations

import json
from typing import Any

from leapscli.dsl.diagnostics import NESTING_LIMIT
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.tree import Action, Body, Condition, If, IfElse, Not, Perception, Repeat, Statement, Tree, While
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError, brief

KEYS = {frozenset({"while", "body"}), frozenset({"repeat", "body"}), frozenset({"if", "body"}),
        frozenset({"if", "body", "else"})}  # fmt: skip


def to_json(tree: Tree) -> str:
    """The text of a program's tree, on one line."""
    return json.dumps({"run": _body(tree.body)})


def _body(body: Body) -> list[Any]:
    return [_statement(statement) for statement in body]


def _statement(statement: Statement) -> Any:
    match statement:
        case Action(name):
            return name
        case While(condition, body):
            return {"while": _condition(condition), "body": _body(body)}
        case Repeat(times, body):
            return {"repeat": times, "body": _body(body)}
        case If(condition, body):
            return {"if": _condition(condition), "body": _body(body)}
        case IfElse(condition, body, orelse):
            return {"if": _condition(condition), "body": _body(body), "else": _body(orelse)}


def _condition(condition: Condition) -> Any:
    return condition.name if isinstance(condition, Perception) else {"not": _condition(condition.condition)}


def from_json(text: str | dict[str, Any], vocabulary: Vocabulary = PUBLISHED) -> Tree:
    """The tree that a text, or the values it stands for, describes. Raises InputError with the place of a mistake."""
    if isinstance(text, str):
        try:
            text = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"not JSON: {str(error)[:80]}") from None
    if not isinstance(text, dict) or set(text) != {"run"}:
        raise InputError(f'expected {{"run": [statements]}}, not {brief(text)}')
    return Tree(_Reader(vocabulary).body(text["run"], "run", 0))


class _Reader:
    """Values to a tree over a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def body(self, values: Any, place: str, depth: int) -> Body:
        if not isinstance(values, list) or not values:
            raise InputError(f"{place}: expected a list of statements, one at least, not {brief(values)}")
        if depth > NESTING_LIMIT:
            raise InputError(f"{place}: nested more than {NESTING_LIMIT} deep")
        return tuple(self.statement(value, f"{place}[{i}]", depth) for i, value in enumerate(values))

    def statement(self, value: Any, place: str, depth: int) -> Statement:
        try:
            if isinstance(value, str):
                return Action(value, vocabulary=self.vocabulary)
            if not isinstance(value, dict) or frozenset(value) not in KEYS:
                raise InputError(
                    f"{place}: expected an action, or an object of while, repeat or if, not {brief(value)}"
                )
            body = self.body(value["body"], f"{place}.body", depth + 1)
            if "repeat" in value:
                times = value["repeat"]
                if not isinstance(times, int) or isinstance(times, bool):
                    raise InputError(f"{place}.repeat: expected a whole number, not {brief(times)}")
                return Repeat(times, body)
            if "while" in value:
                return While(self.condition(value["while"], f"{place}.while", depth), body)
            condition = self.condition(value["if"], f"{place}.if", depth)
            if "else" not in value:
                return If(condition, body)
            return IfElse(condition, body, self.body(value["else"], f"{place}.else", depth + 1))
        except ValueError as error:  # a name or number outside the language
            raise InputError(f"{place}: {error}") from None

    def condition(self, value: Any, place: str, depth: int) -> Condition:
        if depth > NESTING_LIMIT:
            raise InputError(f"{place}: nested more than {NESTING_LIMIT} deep")
        if isinstance(value, str):
            return Perception(value, vocabulary=self.vocabulary)
        if not isinstance(value, dict) or set(value) != {"not"}:
            raise InputError(f'{place}: expected a perception, or {{"not": one}}, not {brief(value)}')
        return Not(self.condition(value["not"], f"{place}.not", depth + 1))
