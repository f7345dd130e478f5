"""The recipe of a dataset: how many random programs, and how each is demonstrated (LEAPS, section 4 and appendix)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from leapscli.dsl.vocabulary import MAX_TOKENS
from leapscli.engine.budget import CALLS
from leapscli.recipes.base import Recipe, Seed

Share = Annotated[float, Field(ge=0, le=1)]


class DatasetRecipe(Recipe):
    """Distinct random programs with demonstrations that together cover every branch."""

    programs: int = Field(
        default=50_000, gt=0, le=1_000_000_000, description="distinct programs to keep (LEAPS: 50,000)"
    )
    demonstrations: int = Field(default=10, gt=0, le=255, description="demonstrations per program, D (LEAPS: 10)")
    max_actions: int = Field(default=100, gt=0, le=255, description="longest demonstration, in actions, T (LEAPS: 100)")
    max_tokens: int = Field(
        default=MAX_TOKENS,
        ge=5,
        le=MAX_TOKENS,
        description="longest program, in tokens, L (LEAPS: 45; the decoder's length)",
    )
    max_depth: int = Field(
        default=6,
        ge=1,
        le=20,
        description="productions within productions (LEAPS: 6); with more, programs are longer and nest deeper",
    )
    height: int = Field(default=8, gt=1, le=255, description="rows of the random worlds, H (LEAPS: 8)")
    width: int = Field(default=8, gt=1, le=255, description="columns of the random worlds, W (LEAPS: 8)")
    wall: Share = Field(default=0.1, description="probability that a cell is a wall (published generator: 0.1)")
    marker: Share = Field(default=0.1, description="probability that a cell holds a marker (published generator: 0.1)")
    tries: int = Field(
        default=100,
        gt=0,
        description="draws of worlds per program before it is dropped for uncovered branches (published: 100)",
    )
    crash_free: bool = Field(
        default=True, description="keep no demonstration with an action that fails, nor a truncated one (as published)"
    )
    calls: int = Field(
        default=CALLS, gt=0, description="budget of one demonstration, in calls of the published interpreter"
    )
    splits: tuple[Share, Share, Share] = Field(
        default=(0.7, 0.15, 0.15),
        description="shares of train, validation and test programs (LEAPS: 35,000/7,500/7,500)",
    )
    seed: Seed = Field(default=0, description="decides every program, world and split; 0 is a seed like any other")

    @field_validator("splits")
    @classmethod
    def _splits_make_one(cls, splits: tuple[float, float, float]) -> tuple[float, float, float]:
        if abs(sum(splits) - 1) > 1e-9:
            raise ValueError(f"must add up to 1, not {sum(splits):g}")
        return splits
