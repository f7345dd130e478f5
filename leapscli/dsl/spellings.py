"""Other spellings of the language's words whose meaning is certain: Stanford's Karel, snake_case, upper case.

`front_is_clear`, `FrontIsClear` and `frontisclear` are `frontIsClear`; a beeper is a marker; what is blocked is not
clear; a number alone is a count. A word that is not here means nothing, or something that this language cannot say.
"""

from __future__ import annotations

from leapscli.dsl.vocabulary import COUNTS, TOKENS

PROGRAM_NAMES = ("run", "main")  # of the one function of a program in Python form
CLOSING_CALLS = (*PROGRAM_NAMES, "runkarelprogram")  # what a file may call in the end

_SYNONYMS = {
    "pickbeeper": "pickMarker",
    "putbeeper": "putMarker",
    "beeperspresent": "markersPresent",
    "beeperpresent": "markersPresent",
    "markerpresent": "markersPresent",
    "nobeeperspresent": "noMarkersPresent",
    "nobeeperpresent": "noMarkersPresent",
    "nomarkerpresent": "noMarkersPresent",
}
_OPPOSITES = {
    "frontisblocked": "frontIsClear",
    "leftisblocked": "leftIsClear",
    "rightisblocked": "rightIsClear",
}


def fold(word: str) -> str:
    """The word without case and underscores."""
    return word.replace("_", "").lower()


_TOKENS = (
    {fold(token): (token,) for token in TOKENS[:-1]}
    | {word: (token,) for word, token in _SYNONYMS.items()}
    | {count.removeprefix("R="): (count,) for count in COUNTS}
    | {word: ("not", "c(", token, "c)") for word, token in _OPPOSITES.items()}
)


def tokens_of(word: str) -> tuple[str, ...]:
    """The tokens that a word of any spelling stands for: one, or `not c( frontIsClear c)`; none if it is unknown."""
    return _TOKENS.get(fold(word), ())
