"""Evolution by edits that draw from a library: parts of programs which solved other tasks.

As in DreamCoder (Ellis et al., PLDI 2021) what was found before makes the next search shorter; here parts are kept as
they are, and drawn as often as they occurred.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from leapscli.search.breeding import Breeding, BreedingSettings
from leapscli.search.library import SHIPPED, load_library
from leapscli.search.spaces import EditSpace, ProgramSpace


def _found_from_anywhere(name: object) -> object:
    """A file by its whole path: the run says which it was, and workers elsewhere find it."""
    return str(Path(name).absolute()) if isinstance(name, str) and name not in ("", SHIPPED) else name


class Settings(BreedingSettings):
    """The settings of evolution, and where new parts come from."""

    library: Annotated[str, BeforeValidator(_found_from_anywhere)] = Field(
        default=SHIPPED, min_length=1, description="programs of other tasks: `shipped`, or a file of `leaps learn`"
    )
    share: float = Field(
        default=0.6, ge=0, le=1, description="share of new parts that the library gives; the others are random"
    )


class LibraryEvolution(Breeding):
    """Edited copies of a pool of programs, with parts of programs of other tasks."""

    def __init__(self, settings: Settings, space: ProgramSpace) -> None:
        parts = load_library(settings.library).parts(without=space.task, share=settings.share)
        super().__init__(settings, [EditSpace(parts, max_tokens=space.max_tokens)])
