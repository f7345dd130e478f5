"""The recipe of a baseline: a network trained by PPO, or a decision tree fitted to one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leapscli.recipes.base import Duration, Recipe, Seed


class Tree(Recipe):
    """VIPER: a decision tree that imitates a trained network (Bastani, Pu, Solar-Lezama, NeurIPS 2018)."""

    rounds: int = Field(
        default=20, gt=0, description="rounds of DAgger: the tree plays, the network says what it would do"
    )
    samples: int = Field(default=20_000, gt=0, description="states that a round adds")
    leaves: int = Field(default=100, gt=1, description="most leaves of the tree")


class PolicyRecipe(Recipe):
    """Training of a policy that is no program, to compare programs with."""

    algorithm: Literal["ppo", "recurrent", "viper"] = Field(
        default="ppo", description="PPO, PPO with an LSTM, or a decision tree fitted to PPO's network"
    )
    observation: Literal["state", "perceptions", "perceptions+action"] = Field(
        default="perceptions+action", description="what it observes: the whole state, or what programs perceive"
    )
    width: int = Field(default=32, gt=0, le=4096, description="units of each hidden layer, and of the LSTM")
    layers: int = Field(default=2, ge=0, le=8, description="hidden layers of actor and critic")
    steps: int = Field(default=500_000, gt=0, description="actions in all")
    envs: int = Field(default=64, gt=0, le=65_536, description="episodes side by side")
    rollout: int = Field(default=64, gt=1, description="actions in each of them between two updates")
    batch: int = Field(default=1024, gt=1, description="actions in a minibatch")
    epochs: int = Field(default=10, gt=0, description="passes over the actions of an update")
    lr: float = Field(default=1e-3, gt=0, le=1, description="learning rate of Adam")
    gamma: float = Field(default=0.99, ge=0, le=1, description="discount")
    gae: float = Field(default=0.95, ge=0, le=1, description="λ of generalized advantage estimation")
    clip: float = Field(default=0.2, gt=0, description="range in which the ratio of probabilities may move")
    entropy: float = Field(default=0.1, ge=0, description="weight of the entropy bonus")
    max_steps: int | None = Field(
        default=None, gt=0, description="actions of an episode; nothing: 1,000, more in larger worlds"
    )
    tree: Tree = Field(default=Tree(), description="of viper")
    validation: int = Field(default=200, ge=1, description="initial states that it is scored on while it learns")
    held_out: int = Field(default=1000, ge=1, description="fresh initial states that the result is scored on")
    max_time: Duration | None = Field(default=None, description="stop after so much time (90s, 45m, 2h)")
    seed: Seed = Field(default=0, description="decides weights, worlds and every draw")
