"""Programs: a tree that can be read from and written in both surfaces of the language, and as token ids."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leapscli.dsl.json_form import from_json, to_json
from leapscli.dsl.parser import parse, parse_all
from leapscli.dsl.printer import pretty
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.standalone import standalone
from leapscli.dsl.token_form import parse_ids
from leapscli.dsl.tree import Style, Tree
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.errors import InputError, described


@dataclass(frozen=True, repr=False)
class Program(Tree):
    """A whole program. Equal programs have equal trees, wherever their text came from."""

    @classmethod
    def of(cls, tree: Tree) -> Program:
        """The program with this tree."""
        return cls(tree.body, tree.span)

    @classmethod
    def parse(cls, text: str, vocabulary: Vocabulary | None = None) -> Program:
        """The one program that `text` spells, in token form or Python form as it is; else ProgramSyntaxError.

        Its actions and perceptions are those of `vocabulary`; else those that the text itself declares
        (declaration.py), else the published ones.
        """
        if not isinstance(text, str):
            raise InputError(f"expected the text of a program, not {described(text)}")
        return cls.of(parse(text, vocabulary))

    @classmethod
    def parse_all(cls, text: str, vocabulary: Vocabulary | None = None) -> list[Program]:
        """The programs of a text that holds several, one at least, one behind another; else ProgramSyntaxError."""
        return [cls.of(tree) for tree in parse_all(text, vocabulary)]

    @classmethod
    def from_ids(cls, ids: Sequence[int] | np.ndarray[Any, Any], vocabulary: Vocabulary = PUBLISHED) -> Program:
        """The program of these token ids, trailing `<pad>` ignored; ProgramSyntaxError if they spell none."""
        numbers = np.asarray(ids)
        if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
            raise InputError(f"expected a list of token ids, not {described(ids)}")
        return cls.of(parse_ids(numbers, vocabulary))

    @property
    def ids(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The token ids, uint8[L], without padding."""
        token_id = self.vocabulary.token_id
        return np.array([token_id[token] for token in self.tokens], np.uint8)

    def pretty(self, style: Style = "tokens") -> str:
        """The program over several indented lines, ending in a newline, in token form or in Python form."""
        return pretty(self, style)

    def to_python(self) -> str:
        """A Python module that needs no leaps: `run(world)` calls the actions and perceptions as methods of `world`."""
        return standalone(self)

    def to_json(self) -> str:
        """The tree as JSON, as in `{"run": [{"while": "frontIsClear", "body": ["move"]}]}`."""
        return to_json(self)

    @classmethod
    def from_json(cls, text: str | dict[str, Any], vocabulary: Vocabulary = PUBLISHED) -> Program:
        """The program that `to_json` wrote, or the values in it. Raises InputError saying where it describes none."""
        return cls.of(from_json(text, vocabulary))

    def __repr__(self) -> str:
        return f"Program.parse({str(self)!r})"

    def _repr_html_(self) -> str:
        """For notebooks: over several lines."""
        return f"<pre>{html.escape(self.pretty())}</pre>"
