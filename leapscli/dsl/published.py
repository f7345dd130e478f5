"""The vocabulary of LEAPS's published datasets and weights, with its 51 token ids: what programs are read in where no
other vocabulary is named.

Other spellings of its words are known where their meaning is certain: those of Stanford's Karel, for whom a marker is a
beeper and what is not clear is blocked.
"""

from __future__ import annotations

from leapscli.dsl.probabilities import PAPER
from leapscli.dsl.vocabulary import Vocabulary

_NO_COMPASS = "Karel does not know where north is: clear cells and markers are all it senses"
_NO_BAG = "Karel's bag never runs empty"

PUBLISHED = Vocabulary(
    name="karel",
    actions=("move", "turnLeft", "turnRight", "pickMarker", "putMarker"),
    action_tokens=("move", "turnRight", "turnLeft", "pickMarker", "putMarker"),
    perceptions=("frontIsClear", "leftIsClear", "rightIsClear", "markersPresent", "noMarkersPresent"),
    probabilities=PAPER,
    mirrors=(
        (("turnLeft", "turnRight"), ("leftIsClear", "rightIsClear")),
        (("pickMarker", "putMarker"), ("markersPresent", "noMarkersPresent")),
    ),
    synonyms={
        "pickbeeper": "pickMarker",
        "putbeeper": "putMarker",
        "beeperspresent": "markersPresent",
        "beeperpresent": "markersPresent",
        "markerpresent": "markersPresent",
        "nobeeperspresent": "noMarkersPresent",
        "nobeeperpresent": "noMarkersPresent",
        "nomarkerpresent": "noMarkersPresent",
    },
    opposites={
        "frontisblocked": "frontIsClear",
        "leftisblocked": "leftIsClear",
        "rightisblocked": "rightIsClear",
    },
    hints={
        "turnaround": "turn left twice",
        "beepersinbag": _NO_BAG,
        "nobeepersinbag": _NO_BAG,
        **{f"{no}facing{way}": _NO_COMPASS for no in ("", "not") for way in ("north", "east", "south", "west")},
    },
)

ACTIONS, PERCEPTIONS = PUBLISHED.actions, PUBLISHED.perceptions
ACTION_TOKENS, TOKENS = PUBLISHED.action_tokens, PUBLISHED.tokens
ACTION_ID, TOKEN_ID = PUBLISHED.action_id, PUBLISHED.token_id
VOCABULARY_SIZE, PAD, VOCABULARY_HASH = PUBLISHED.size, PUBLISHED.pad, PUBLISHED.hash
