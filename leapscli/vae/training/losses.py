"""The objective L = L_P + λ_R·L_R + λ_L·L_L (LEAPS, section 4.2, equations 1 to 5).

Everything here is outside autocast, and float32 as the networks leave it. Axes: B programs, C choices, V tokens,
Z latent, U moments.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def token_loss(logits: Tensor, targets: Tensor, predicted: float) -> Tensor:
    """Cross-entropy of masked logits [C, V], averaged over `predicted` tokens.

    Those that the grammar forces are not among the C: they cost nothing, and count.
    """
    return F.cross_entropy(logits, targets, reduction="sum") / predicted


def kl_by_dimension(mean: Tensor, log_sigma: Tensor) -> Tensor:
    """The same, averaged over programs only: [Z]."""
    return 0.5 * (mean.square() + (2 * log_sigma).exp() - 2 * log_sigma - 1).mean(0)


def executor_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of the executor's logits [U, 6] against the demonstrated actions, averaged over moments."""
    return F.cross_entropy(logits, targets)
