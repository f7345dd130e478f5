"""The learning rate over time: a warm-up, then constant or a cosine to 0 at the end, wherever the end is."""

from __future__ import annotations

import math

from leapscli.recipes.model import ModelRecipe


def learning_rate(recipe: ModelRecipe, step: int, last: int) -> float:
    """The rate of step `step`, the first being 0, when training ends after step `last`."""
    settings = recipe.optimizer
    rate = settings.lr * min(1.0, (step + 1) / (settings.warmup + 1))
    if settings.schedule == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * min(1.0, step / last)))
    return rate


def last_step(recipe: ModelRecipe, step: int, seconds: float) -> int:
    """The step at which training will end: after the recipe's, or sooner if `max_time` allows fewer at the speed so
    far.

    So a cosine comes down in time. On a machine that is fast enough the answer is always the recipe's steps, and
    then the weights do not depend on the clock.
    """
    if recipe.max_time is None or step == 0:
        return recipe.steps
    return max(step, min(recipe.steps, int(step * recipe.max_time / max(seconds, 1e-9))))
