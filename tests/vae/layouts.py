"""The program embeddings of the literature in the layouts that their code saves, in plain torch: what they compute.

Each names its modules as the published code does, on nn.GRU. Axes: L tokens, V tokens in all, K units, Z latent.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

V = 51


class Layout(nn.Module):
    """Encoder and decoder; a subclass says which modules they are."""

    tanh = False  # after sampling

    def sides(
        self,
    ) -> tuple[tuple[nn.Embedding, nn.GRU], tuple[nn.Embedding, nn.GRU, nn.Module], tuple[nn.Linear, nn.Linear]]:
        """Embedding and GRU of the encoder; the same and the head of the decoder; mean and log σ."""
        raise NotImplementedError

    def squeeze(self, last: Tensor) -> Tensor:
        return last

    def widen(self, z: Tensor) -> Tensor:
        return z

    def encode(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """One program [L] → mean and log σ [Z]."""
        (embedding, gru), _, (mean, log_sigma) = self.sides()
        last = self.squeeze(gru(embedding(ids)[:, None])[1][0, 0])
        return mean(last), log_sigma(last)

    def decode(self, z: Tensor, ids: Tensor) -> Tensor:
        """A vector [Z] and the tokens before → logits [L, V] of what follows each, before any mask."""
        _, (embedding, gru, head), _ = self.sides()
        z = self.widen(z.tanh() if self.tanh else z)
        tokens, context = embedding(ids), z.expand(len(ids), -1)
        outputs, _ = gru(torch.cat([tokens, context], -1)[:, None], z[None, None].contiguous())
        logits: Tensor = head(torch.cat([outputs[:, 0], tokens, context], 1))
        return logits


def head(k: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(k + V + k, k), nn.Tanh(), nn.Linear(k, V))


def policy(k: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(k, k), nn.Tanh(), nn.Linear(k, k), nn.Tanh(), nn.Linear(k, 6))


def part(**modules: nn.Module) -> nn.Module:
    """A module that holds others."""
    found = nn.Module()
    for name, module in modules.items():
        found.add_module(name, module)
    return found


class Leaps(Layout):
    """ProgramVAE of clvrai/leaps; with `z` other than `k` HPRL's, which has a linear layer on either side of z."""

    def __init__(self, k: int = 12, z: int | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.vae = nn.Module()
        for name, inputs in (("encoder", V), ("decoder", V + k)):
            self.vae.add_module(name, part(gru=nn.GRU(inputs, k), token_encoder=nn.Embedding(V, V)))
        self.vae.decoder.token_output_layer = head(k)
        self.vae._enc_mu, self.vae._enc_log_sigma = nn.Linear(z or k, z or k), nn.Linear(z or k, z or k)
        if z:
            self.vae.encoder.fc, self.vae.decoder.fc = nn.Linear(k, z), nn.Linear(z, k)
        self.condition_policy = part(mlp=policy(k))

    def sides(self):
        encoder, decoder = self.vae.encoder, self.vae.decoder
        sides = (encoder.token_encoder, encoder.gru), (decoder.token_encoder, decoder.gru, decoder.token_output_layer)
        return *sides, (self.vae._enc_mu, self.vae._enc_log_sigma)

    def squeeze(self, last: Tensor) -> Tensor:
        return self.vae.encoder.fc(last) if hasattr(self.vae.encoder, "fc") else last

    def widen(self, z: Tensor) -> Tensor:
        return self.vae.decoder.fc(z) if hasattr(self.vae.decoder, "fc") else z


class Hprl(Leaps):
    """HPRL's: 256 units and 64 dimensions there, and a tanh after sampling."""

    tanh = True

    def __init__(self) -> None:
        super().__init__(12, 5)


class Flat(Layout):
    """LeapsVAE of karel-synthesis and, first, of prog_policies: one embedding, all modules at the top."""

    def __init__(self, k: int = 8) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.encoder_gru, self.decoder_gru, self.decoder_mlp = nn.GRU(V, k), nn.GRU(k + V, k), head(k)
        self.policy_gru, self.policy_mlp = nn.GRU(2 * k + 6, k), policy(k)
        self.state_encoder = nn.Sequential(nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 4 * 4, k))
        self.action_encoder, self.token_encoder = nn.Embedding(6, 6), nn.Embedding(V, V)
        self.encoder_mu, self.encoder_log_sigma = nn.Linear(k, k), nn.Linear(k, k)

    def sides(self):
        decoder = (self.token_encoder, self.decoder_gru, self.decoder_mlp)
        return (self.token_encoder, self.encoder_gru), decoder, (self.encoder_mu, self.encoder_log_sigma)


class Modular(Layout):
    """LeapsVAE of prog_policies, later: the embedding is one, and named twice."""

    def __init__(self, k: int = 8) -> None:
        super().__init__()
        torch.manual_seed(2)
        tokens = nn.Embedding(V, V)
        self.vae_encoder = part(token_encoder=tokens, gru=nn.GRU(V, k))
        self.vae_decoder = part(token_encoder=tokens, gru=nn.GRU(k + V, k), mlp=head(k))
        self.policy_executor = part(action_encoder=nn.Embedding(6, 6), gru=nn.GRU(2 * k + 6, k), mlp=policy(k))
        self.encoder_mu, self.encoder_log_sigma = nn.Linear(k, k), nn.Linear(k, k)

    def sides(self):
        decoder = (self.vae_decoder.token_encoder, self.vae_decoder.gru, self.vae_decoder.mlp)
        return (
            (self.vae_encoder.token_encoder, self.vae_encoder.gru),
            decoder,
            (self.encoder_mu, self.encoder_log_sigma),
        )


LAYOUTS: dict[str, Callable[[], Layout]] = {
    "leaps": Leaps,
    "hprl": Hprl,
    "flat": Flat,
    "modular": Modular,
    "128": lambda: Flat(128),
    "64": lambda: Leaps(96, 64),
}
