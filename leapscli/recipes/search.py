"""The recipe of a search for a program: which searcher, its knobs, its states and its end (LEAPS, section 4.3)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leapscli.recipes.base import BudgetField, Duration, Recipe, RunBudget, Seed


class SearchRecipe(Recipe):
    """A search in the latent space, or in program space, for the program of highest return."""

    searcher: str = Field(
        default="cem",
        min_length=1,
        description="how candidates are proposed; cem is the paper's, memetic that of the default recipe",
    )
    population: int = Field(default=32, gt=1, description="candidates of one iteration (LEAPS: 16 to 64 by task)")
    sigma: float = Field(
        default=0.5, gt=0, description="standard deviation around the mean (LEAPS: 0.1 to 0.5 by task)"
    )
    elite: float = Field(
        default=0.1, gt=0, le=1, description="share of the population that moves the mean (LEAPS: 0.05 to 0.2)"
    )
    decay: bool = Field(
        default=False, description="sigma falls exponentially to 0.1 over the first 500 iterations (LEAPS, by task)"
    )
    init: Literal["normal", "tiny_normal", "ones"] = Field(
        default="normal", description="initial mean: N(0, 1), N(0, 0.1), or 0.01 everywhere (LEAPS, by task)"
    )
    snap: bool = Field(
        default=False, description="cebs: move the elite to where the encoder puts their programs (LEAPS: no)"
    )
    climbers: int = Field(default=8, gt=0, description="hill climbing: climbers side by side (published: 1)")
    neighbours: int = Field(
        default=250, gt=0, description="hill climbing: neighbours tried before a new start, k (published: 250)"
    )
    first_neighbours: int = Field(
        default=32, gt=0, description="scheduled hill climbing: k at first; `neighbours` is k at the horizon"
    )
    horizon: int = Field(
        default=1_000_000, gt=1, description="scheduled hill climbing: candidates after which k no longer grows"
    )
    pool: int = Field(default=64, gt=0, description="evolution: programs that children are bred from")
    copies: int = Field(default=2, gt=0, description="evolution: of programs with equal returns on all states, so many")
    mutations: int = Field(
        default=1, ge=0, description="memetic: iterations that mutate trees after each one in the latent space"
    )
    decoding: Literal["greedy", "sampled"] = Field(
        default="greedy", description="a vector's program: of the likeliest tokens, or drawn (published code: drawn)"
    )
    patience: int | None = Field(
        default=None, gt=0, description="begin anew after so many iterations without a better return (LEAPS: never)"
    )
    iterations: int = Field(default=1000, gt=0, description="most iterations (LEAPS: 1,000)")
    evaluations: int | None = Field(default=None, gt=0, description="stop after executing so many distinct programs")
    states: int = Field(
        default=32, gt=0, description="initial states that a candidate is scored on (LEAPS: 10; since 2024: 32)"
    )
    screening: int = Field(
        default=0,
        ge=0,
        description="evolution: who is worse than all of the pool on so many first states is not run on the others",
    )
    validation: int = Field(
        default=128,
        ge=0,
        description="other initial states, which decide among the best programs (LEAPS: 0, none)",
    )
    general: bool = Field(
        default=False,
        description="see larger worlds too; the target must be reached on 32 of twelve times the side",
    )
    held_out: int = Field(
        default=1000, ge=0, description="fresh initial states that the result is scored on; 0 leaves it out"
    )
    budget: BudgetField = Field(
        default=RunBudget(primitives=10_000),
        description="bounds one run: `220 calls` (published) or `10000 primitives`",
    )
    target: float | None = Field(
        default=1.0,
        le=1,
        description="stop once a program's mean return is this share of the task's best, also on validation states",
    )
    max_time: Duration | None = Field(default=None, description="stop after so much time (90s, 45m, 2h)")
    seed: Seed = Field(default=0, description="decides the states, the initial mean and every draw")
