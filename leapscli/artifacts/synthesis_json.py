"""Datasets of neural program synthesis (Bunel et al., ICLR 2018): JSON lines, a program and its examples on each.

    program_tokens  ["DEF", "run", "m(", …], perhaps with "</s>" at the end; else program_json, the same as a tree
    examples        six of {inpgrid_json or _tensor, outgrid_json or _tensor, actions}

A file, also one that gzip packed, or the folder of train.json, val.json and test.json, whose names are the splits. What
other code makes of them, pickles and NumPy archives, is refused: a pickle would run whatever it holds.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from leapscli.artifacts.columns import SPLITS
from leapscli.artifacts.file_types import AGAIN, WAYS_OUT, Kind, kind_of
from leapscli.artifacts.published_h5 import DATA
from leapscli.artifacts.synthesis_world import read_world
from leapscli.domains.karel.world import World
from leapscli.dsl.published import ACTION_ID, TOKEN_ID
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.errors import InputError, WorldError

NAMES = {"train.json": "train", "val.json": "validation", "test.json": "test"}
EXAMPLES = "examples"
JSON_LINES = "give the JSON lines that it was made from, or write its records so: one json.dumps(record) a line"


class Unusable(Exception):
    """A record that cannot become a program with demonstrations here: `reason` is a key of SKIPPED."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


# Why a record is left out.
SKIPPED = {
    "too_long": f"more than {MAX_TOKENS} tokens",
    "language": "no program of the language",
    "examples": "fewer examples than most, or none",
    "worlds": "a world that none of ours can be",
    "endless": "a run that does not end in time",
    "different": "another run, or another world at its end, than recorded",
}


@dataclass(frozen=True, eq=False)
class Record:
    """A program, and of each example the initial world, the actions and the last world, where they are told."""

    place: str
    split: int | None
    tokens: list[int]
    starts: list[World]
    actions: list[list[int] | None]
    ends: list[World | None]


@dataclass(frozen=True)
class Line:
    """A record as it was parsed, and where."""

    place: str
    split: int | None
    content: dict[str, Any]


def files_of(path: Path) -> list[tuple[Path, int | None]]:
    """The files of records at `path`, each with its split: an index of SPLITS, or None where a lone file is given.

    None where the layout is that of the LEAPS code. Raises InputError for a file of another kind.
    """
    if path.is_dir():
        found = ((path / name, SPLITS.index(split)) for name, split in NAMES.items())
        return [] if (path / DATA).is_file() else [(file, split) for file, split in found if file.is_file()]
    kind = kind_of(path)
    if kind is Kind.HDF5 or path.name == DATA:
        return []
    if kind is Kind.TEXT or (kind is Kind.GZIP and path.suffix == ".gz"):
        return [(path, None)]
    why = "reading it could run code" if kind in (Kind.PICKLE, Kind.TORCH) else "no dataset of a layout that is known"
    raise InputError(f"{path}: {kind}: {why}", WAYS_OUT.get(kind, JSON_LINES))


def lines(files: list[tuple[Path, int | None]]) -> Iterator[Line]:
    """Every record of these files. Raises InputError naming the line that is none."""
    for path, split in files:
        try:
            with _open(path) as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield Line(f"{path}:{number}", split, _parse(path, number, line))
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read ({error})", AGAIN) from None


def _open(path: Path) -> IO[str]:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8-sig")


def _parse(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        whole = line.endswith("\n")
        what = f"no JSON ({error})" if whole else "the file ends in the middle of a record"
        raise InputError(f"{path}:{number}: {what}", "one record a line; copy or download the file again") from None
    if not isinstance(content, dict) or not {"program_tokens", "program_json"} & set(content):
        hint = "one object a line, with program_tokens and examples; of an array, `jq -c '.[]'` makes lines"
        raise InputError(f"{path}:{number}: not a record of a program", hint)
    return content


def read_record(line: Line, demonstrations: int) -> Record:
    """The record with its first `demonstrations` examples. Raises Unusable."""
    tokens, examples = _tokens(line.content), examples_of(line)
    if len(examples) < demonstrations:
        raise Unusable("examples", f"{len(examples)} examples, not {demonstrations}")
    starts, actions, ends = list[World](), list[list[int] | None](), list[World | None]()
    for example in examples[:demonstrations]:
        try:
            start, end = read_world(example, "inpgrid"), read_world(example, "outgrid")
        except WorldError as error:
            raise Unusable("worlds", error.message) from None
        if start is None:
            raise Unusable("examples", "an example without inpgrid_json or inpgrid_tensor")
        starts.append(start)
        actions.append(_actions(example))
        ends.append(end)
    return Record(line.place, line.split, tokens, starts, actions, ends)


def examples_of(line: Line) -> list[dict[str, Any]]:
    """Its examples, as far as they are objects."""
    found = line.content.get(EXAMPLES)
    return [example for example in found if isinstance(example, dict)] if isinstance(found, list) else []


def _actions(example: dict[str, Any]) -> list[int] | None:
    found = example.get("actions")
    return None if not isinstance(found, list) else [ACTION_ID.get(str(action), len(ACTION_ID)) for action in found]


def _tokens(content: dict[str, Any]) -> list[int]:
    """Token ids; whether they spell a program is checked in bulk."""
    words = content["program_tokens"] if "program_tokens" in content else _spell(content["program_json"])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Unusable("language", "program_tokens is no list of tokens")
    words = words[:-1] if words[-1:] == ["</s>"] else words
    if unknown := [word for word in words if word not in TOKEN_ID]:
        raise Unusable("language", f"{unknown[0]!r} is no token")
    if len(words) > MAX_TOKENS:
        raise Unusable("too_long", f"{len(words)} tokens")
    return [TOKEN_ID[word] for word in words]


def _spell(tree: Any) -> list[str]:
    """The tokens of a program as a tree."""
    try:
        return ["DEF", "run", "m(", *_block(tree["run"]), "m)"]
    except (AttributeError, KeyError, TypeError, RecursionError):
        raise Unusable("language", "program_json is no program") from None


def _block(statements: list[dict[str, Any]]) -> Iterator[str]:
    for each in statements:
        kind = each["type"]
        if kind == "repeat":
            yield from ("REPEAT", f"R={each['times']}", "r(", *_block(each["body"]), "r)")
        elif kind == "while":
            yield from ("WHILE", *_condition(each["condition"]), "w(", *_block(each["body"]), "w)")
        elif kind == "if":
            yield from ("IF", *_condition(each["condition"]), "i(", *_block(each["body"]), "i)")
        elif kind == "ifElse":
            yield from ("IFELSE", *_condition(each["condition"]), "i(", *_block(each["ifBody"]), "i)")
            yield from ("ELSE", "e(", *_block(each["elseBody"]), "e)")
        else:
            yield kind


def _condition(tree: dict[str, Any]) -> tuple[str, ...]:
    inner = ("not", *_condition(tree["condition"])) if tree["type"] == "not" else (tree["type"],)
    return ("c(", *inner, "c)")
