"""The words of a language: control flow, the same in all, over named actions and perceptions.

Token ids follow one plan: control tokens around contiguous actions and contiguous perceptions.
"""

from __future__ import annotations

import hashlib
import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from leapscli.dsl.probabilities import Probabilities, even
from leapscli.errors import InputError, brief

# Longest program of the paper's datasets and decoder (DESIGN of the embedding space; LEAPS appendix).
MAX_TOKENS = 45
COUNTS = tuple(f"R={n}" for n in range(20))
MOST_NAMES = 64  # actions, and perceptions: the engine tells operations apart by a byte

PROGRAM_NAMES = ("run", "main")  # of the one function of a program in Python form
CLOSING_CALLS = (*PROGRAM_NAMES, "runkarelprogram")  # what a file may call in the end
_HEAD = ("DEF", "run", "m(", "m)")
_BLOCKS = ("r(", "r)", *COUNTS, "REPEAT", "c(", "c)", "i(", "i)", "e(", "e)", "IF", "IFELSE", "ELSE")
_TAIL = ("not", "w(", "w)", "WHILE", "<pad>")
_WORDS = ("DEF", "REPEAT", "IF", "IFELSE", "ELSE", "WHILE", "not", *PROGRAM_NAMES, "range", "for")


class Ids(NamedTuple):
    """The token ids that compiled code knows; `action`, `perception` and `r0` are the first of their kind."""

    DEF: int
    run: int
    m_open: int
    m_close: int
    action: int
    actions: int
    r_open: int
    r_close: int
    r0: int
    counts: int
    REPEAT: int
    c_open: int
    c_close: int
    i_open: int
    i_close: int
    e_open: int
    e_close: int
    IF: int
    IFELSE: int
    ELSE: int
    perception: int
    perceptions: int
    NOT: int
    w_open: int
    w_close: int
    WHILE: int
    pad: int


def fold(word: str) -> str:
    """The word without case and underscores."""
    return word.replace("_", "").lower()


@dataclass(frozen=True)
class Vocabulary:
    """Named actions, in the order of action ids, and perceptions.

    `action_tokens` are the actions in the order of token ids, where that is another. Equal are those with the same
    ids; the rest serves their readers: `name` for messages, `probabilities` for random programs (all names alike
    unless told), and for texts `synonyms` (folded word → name), `opposites` (folded word → the perception that it
    denies) and `hints` (folded word → what to write instead). `mirrors`: renamings under which
    every program does the mirror image of what it did, each as pairs of names that change places.
    """

    actions: tuple[str, ...]
    perceptions: tuple[str, ...]
    action_tokens: tuple[str, ...] = ()
    name: str = field(default="", compare=False)
    probabilities: Probabilities = field(default=None, compare=False)  # type: ignore[assignment]
    mirrors: tuple[tuple[tuple[str, str], ...], ...] = field(default=(), compare=False, repr=False)
    synonyms: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    opposites: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    hints: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for kind, names in (("actions", self.actions), ("perceptions", self.perceptions)):
            if not 1 <= len(names) <= MOST_NAMES:
                raise InputError(f"a vocabulary has 1 to {MOST_NAMES} {kind}, not {len(names)}")
        seen = {fold(word): word for word in _WORDS}
        for name in (*self.actions, *self.perceptions):
            if not (isinstance(name, str) and name.isidentifier() and name.isascii()) or keyword.iskeyword(name):
                raise InputError(
                    f"{brief(name)} cannot name an action or a perception", "a name as in Python: turn_left"
                )
            if fold(name) in seen:
                raise InputError(f"{name!r} and {seen[fold(name)]!r} are one word in programs", "choose another name")
            seen[fold(name)] = name
        if self.action_tokens and sorted(self.action_tokens) != sorted(self.actions):
            raise InputError("action_tokens are the actions in another order")
        object.__setattr__(self, "action_tokens", self.action_tokens or self.actions)
        chances = self.probabilities or even(len(self.actions), len(self.perceptions))
        if (len(chances.actions), len(chances.perceptions)) != (len(self.actions), len(self.perceptions)):
            raise InputError("probabilities: one for each action, one for each perception")
        object.__setattr__(self, "probabilities", chances)

    def __reduce__(self) -> tuple[Any, ...]:
        maps = dict(self.synonyms), dict(self.opposites), dict(self.hints)
        fixed = self.actions, self.perceptions, self.action_tokens, self.name, self.probabilities, self.mirrors
        return Vocabulary, (*fixed, *maps)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Every token, at the place of its id."""
        return (*_HEAD, *self.action_tokens, *_BLOCKS, *self.perceptions, *_TAIL)

    @cached_property
    def token_id(self) -> dict[str, int]:
        """The id of each token."""
        return {token: i for i, token in enumerate(self.tokens)}

    @cached_property
    def action_id(self) -> dict[str, int]:
        """The id of each action, used in traces."""
        return {action: i for i, action in enumerate(self.actions)}

    @cached_property
    def ids(self) -> Ids:
        """The ids that compiled code knows."""
        at, actions, perceptions = self.token_id, len(self.actions), len(self.perceptions)
        blocks = ("REPEAT", "c(", "c)", "i(", "i)", "e(", "e)", "IF", "IFELSE", "ELSE")
        return Ids._make(
            (
                *(at[t] for t in _HEAD),
                *(at[self.action_tokens[0]], actions, at["r("], at["r)"], at["R=0"], len(COUNTS)),
                *(at[t] for t in blocks),
                *(at[self.perceptions[0]], perceptions),
                *(at[t] for t in _TAIL),
            )
        )

    @property
    def size(self) -> int:
        """The number of tokens, V, padding included."""
        return len(self.tokens)

    @property
    def pad(self) -> int:
        """The id of padding, the last."""
        return len(self.tokens) - 1

    @cached_property
    def hash(self) -> str:
        """The mark that datasets and weights carry: ids mean something only under one token order."""
        return hashlib.sha256("\n".join(self.tokens).encode()).hexdigest()[:16]

    @cached_property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """The tokens that a folded word stands for: one, or `not c( … c)`."""
        return (
            {fold(token): (token,) for token in self.tokens[:-1]}
            | {word: (token,) for word, token in self.synonyms.items()}
            | {count.removeprefix("R="): (count,) for count in COUNTS}
            | {word: ("not", "c(", token, "c)") for word, token in self.opposites.items()}
        )

    def tokens_of(self, word: str) -> tuple[str, ...]:
        """The tokens that a word of any spelling stands for; none if it is unknown."""
        return self.spellings.get(fold(word), ())

    def __str__(self) -> str:
        return self.name or ", ".join(self.actions[:4]) + (" …" if len(self.actions) > 4 else "")
