"""The recipe of a model: sizes, losses, optimizer and length of training (LEAPS, section 4.2 and appendix)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leapscli.recipes.base import Duration, Recipe, Seed


class Architecture(Recipe):
    """Sizes of the encoder, decoder and executor."""

    hidden: int = Field(default=256, gt=0, le=4096, description="units of every GRU (LEAPS: 256)")
    latent: int = Field(default=256, gt=0, le=4096, description="dimensions of a program's vector, Z (LEAPS: 256)")


class Losses(Recipe):
    """Weights of the parts of the loss: L = L_P + behavior·L_R + latent_behavior·L_L (LEAPS, equation 5)."""

    beta: float = Field(default=0.1, ge=0, description="weight of the KL term inside L_P (LEAPS: 0.1)")
    behavior: float = Field(
        default=1.0,
        ge=0,
        description="λ_R: program behaviour, REINFORCE on the execution of decoded programs (LEAPS: 1)",
    )
    latent_behavior: float = Field(
        default=1.0, ge=0, description="λ_L: latent behaviour, the executor imitates the demonstrations (LEAPS: 1)"
    )


class Optimizer(Recipe):
    """Adam and what surrounds it."""

    lr: float = Field(default=1e-3, gt=0, le=1, description="peak learning rate of Adam (LEAPS: 1e-3)")
    schedule: Literal["constant", "cosine"] = Field(
        default="constant", description="learning rate after the warm-up: as it is, or falling to 0 at the last step"
    )
    warmup: int = Field(default=0, ge=0, description="steps over which the learning rate rises from 0")
    batch: int = Field(default=256, gt=0, le=1_000_000, description="programs a step, B (LEAPS: 256)")
    clip: float = Field(
        default=1.0, gt=0, description="largest norm of the gradient; larger ones are scaled down to it"
    )
    weight_decay: float = Field(default=0.0, ge=0, description="decoupled weight decay (LEAPS: 0)")


class ValidationSettings(Recipe):
    """The frequency and size of validation; a checkpoint is written each time."""

    every: int = Field(default=500, gt=0, description="steps between two validations")
    programs: int = Field(default=1024, gt=0, le=10_000_000, description="validation programs to reconstruct each time")


class ModelRecipe(Recipe):
    """Training of the program embedding."""

    architecture: Architecture = Field(default=Architecture(), description="sizes")
    losses: Losses = Field(default=Losses(), description="weights of the parts of the loss")
    optimizer: Optimizer = Field(default=Optimizer(), description="how the weights move")
    validation: ValidationSettings = Field(default=ValidationSettings(), description="how training is watched")
    steps: int = Field(
        default=20_000, gt=0, description="optimizer steps (20,000 of 256 are about 150 epochs of 35,000)"
    )
    max_time: Duration | None = Field(
        default=None, description="stop after so much training time (90s, 45m, 2h) where the steps are not done before"
    )
    demos_per_program: int = Field(
        default=10, gt=0, description="demonstrations of each program that the executor sees a step (LEAPS: all 10)"
    )
    amp: Literal["auto", "off", "bf16", "fp16"] = Field(
        default="auto", description="mixed precision: auto takes what the device is good at; CPUs train in fp32"
    )
    seed: Seed = Field(default=0, description="decides initial weights, order of programs and noise")
