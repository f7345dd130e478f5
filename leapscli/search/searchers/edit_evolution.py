"""Evolution by edits: a node is replaced; a statement is put in, taken out, wrapped in a block, or unwrapped.

`evolution` replaces nodes alone. This is `library-evolution` with nothing learned: its control.
"""

from __future__ import annotations

from leapscli.dsl.parts import no_parts
from leapscli.search.breeding import Breeding, BreedingSettings
from leapscli.search.spaces import EditSpace, ProgramSpace


class Settings(BreedingSettings):
    """The settings of evolution."""


class EditEvolution(Breeding):
    """Edited copies of a pool of programs."""

    def __init__(self, settings: Settings, space: ProgramSpace) -> None:
        words = space.vocabulary
        super().__init__(settings, [EditSpace(no_parts(words), max_tokens=space.max_tokens, vocabulary=words)])
