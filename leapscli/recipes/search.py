"""The recipe of a search for a program, as far as all searchers share it (LEAPS, section 4.3).

A searcher's own settings join it by search/recipe.py.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from leapscli.dsl.declaration import declaration
from leapscli.dsl.program import Program
from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.engine.budget import PRIMITIVES
from leapscli.errors import InputError
from leapscli.recipes.base import BudgetField, Duration, Recipe, RunBudget, Seed

MOST_STATES = 10_000_000


def _program(text: Any) -> Any:
    """The tokens of a program in either form."""
    if not isinstance(text, str):
        return text
    try:
        program = Program.parse(text)
    except InputError as error:
        raise ValueError(f"not a program: {error.message.splitlines()[0]}") from None
    if len(program.tokens) > MAX_TOKENS:
        raise ValueError(f"a search has programs of at most {MAX_TOKENS} tokens, this one has {len(program.tokens)}")
    return declaration(program.vocabulary) + str(program)


Start = Annotated[str, BeforeValidator(_program)]
"""A program as text; its tokens."""


class SearchRecipe(Recipe):
    """A search in the latent space, or in program space, for the program of highest return."""

    searcher: str = Field(
        default="cem",
        min_length=1,
        description="algorithm that proposes candidates: cem is the paper's, library-evolution the default recipe's",
    )
    decoding: Literal["greedy", "sampled"] = Field(
        default="greedy", description="a vector's program: of the likeliest tokens, or drawn (published code: drawn)"
    )
    start: Start | None = Field(
        default=None, description="program that the search starts from: it and its neighbours come first (LEAPS: none)"
    )
    patience: int | None = Field(
        default=None, gt=0, description="restart after so many iterations without a better return (LEAPS: never)"
    )
    iterations: int = Field(default=1000, gt=0, description="most iterations (LEAPS: 1,000)")
    evaluations: int | None = Field(default=None, gt=0, description="stop after executing so many distinct programs")
    states: int = Field(
        default=32,
        gt=0,
        le=MOST_STATES,
        description="initial states that a candidate is scored on (LEAPS: 10; since 2024: 32)",
    )
    screening: int = Field(
        default=0,
        ge=0,
        le=MOST_STATES,
        description="evolution: candidates below the pool on the first so many states are not run on the others",
    )
    validation: int = Field(
        default=128,
        ge=0,
        le=MOST_STATES,
        description="other initial states, which decide among the best programs (LEAPS: 0, none)",
    )
    general: bool = Field(
        default=False,
        description="see larger worlds too; the target must be reached on 28 of twelve times the side, 4 of 25 times",
    )
    held_out: int = Field(
        default=1000,
        ge=0,
        le=MOST_STATES,
        description="fresh initial states that the result is scored on; 0 leaves it out",
    )
    budget: BudgetField = Field(
        default=RunBudget(primitives=PRIMITIVES),
        description="bounds one run: `220 calls` (published) or `10000 primitives`",
    )
    crashable: bool = Field(
        default=False,
        description="a bump, a pick of nothing or a put onto nine ends a run (LEAPS: a bump turns Karel round)",
    )
    target: float | None = Field(
        default=1.0,
        le=1,
        description="stop once a program's mean return is this share of the task's best, also on validation states",
    )
    max_time: Duration | None = Field(default=None, description="stop after so much time (90s, 45m, 2h)")
    seed: Seed = Field(default=0, description="decides the states, the initial mean and every draw")
