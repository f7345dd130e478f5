"""Evolution by edits that draw from a library: parts of programs which solved other tasks.

As in DreamCoder (Ellis et al., PLDI 2021) what was found before makes the next search shorter; here parts are kept as
they are, and drawn as often as they occurred.
"""

from __future__ import annotations

from leapscli.search.breeding import Breeding, BreedingSettings
from leapscli.search.library import LibrarySettings
from leapscli.search.spaces import EditSpace, ProgramSpace


class Settings(BreedingSettings, LibrarySettings):
    """The settings of evolution, and where new parts come from."""


class LibraryEvolution(Breeding):
    """Edited copies of a pool of programs, with parts of programs of other tasks."""

    def __init__(self, settings: Settings, space: ProgramSpace) -> None:
        edits = EditSpace(settings.parts(space), max_tokens=space.max_tokens, vocabulary=space.vocabulary)
        super().__init__(settings, [edits])
