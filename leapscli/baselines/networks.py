"""PPO's networks and algorithms, as recipes describe them."""

from __future__ import annotations

from typing import Any

import gymnasium
import torch
from sb3_contrib import RecurrentPPO
from stable_baselines3 import PPO
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn

from leapscli.baselines.adapter import SideBySide
from leapscli.recipes.policy import PolicyRecipe


class StateFeatures(BaseFeaturesExtractor):
    """The published network on the state, uint8[16, H, W]: 32 filters of 2×2, 32 of 4×4, a linear layer of 256."""

    def __init__(self, observation_space: gymnasium.spaces.Box) -> None:
        super().__init__(observation_space, features_dim=256)
        planes, height, width = observation_space.shape
        layers = [nn.Conv2d(planes, 32, 2), nn.ReLU(), nn.Conv2d(32, 32, 4), nn.ReLU(), nn.Flatten()]
        self.layers = nn.Sequential(*layers, nn.Linear(32 * (height - 4) * (width - 4), 256), nn.ReLU())

    def forward(self, observations: Tensor) -> Tensor:
        """[B, 16, H, W] → [B, 256]."""
        found: Tensor = self.layers(observations.float())
        return found


def algorithm(recipe: PolicyRecipe, environments: SideBySide) -> PPO | RecurrentPPO:
    """PPO or RecurrentPPO with fresh weights that follow from the seed."""
    hidden = [recipe.width] * recipe.layers
    networks: dict[str, Any] = {"net_arch": {"pi": hidden, "vf": hidden}}
    if recipe.observation == "state":
        networks |= {"features_extractor_class": StateFeatures, "normalize_images": False}
    settings: dict[str, Any] = {
        "learning_rate": recipe.lr,
        "n_steps": recipe.rollout,
        "batch_size": min(recipe.batch, recipe.envs * recipe.rollout),
        "n_epochs": recipe.epochs,
        "gamma": recipe.gamma,
        "gae_lambda": recipe.gae,
        "clip_range": recipe.clip,
        "ent_coef": recipe.entropy,
        "seed": recipe.seed % 2**31,
        "device": "cpu",
    }
    if recipe.algorithm == "recurrent":
        networks["lstm_hidden_size"] = recipe.width
        return RecurrentPPO("MlpLstmPolicy", environments, policy_kwargs=networks, **settings)
    return PPO("MlpPolicy", environments, policy_kwargs=networks, **settings)


def one_thread() -> None:
    """Networks this small are slower on several."""
    torch.set_num_threads(1)
