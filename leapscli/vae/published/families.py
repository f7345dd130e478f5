"""The layouts in which the literature's code writes a program embedding: one model under several names.

    LEAPS           github.com/clvrai/leaps, NeurIPS 2021; HPRL (ICML 2023) adds a linear layer on either side of z
    LeapsVAE        lelis-research/karel-synthesis and prog_policies (ICLR 2024), one embedding for both sides
    LeapsVAE, later prog_policies once encoder and decoder were modules of their own, each naming the shared embedding

All have nn.GRU's gates in our order, concatenate [embedding, z] and [state, embedding, z], and apply a tanh between the
two layers of the head. Their neural executors have a layer more than ours and are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from leapscli.vae.published.orders import LEAPS, PROG_POLICIES

EXECUTOR = "the neural executor: its MLP has three layers, ours two"


@dataclass(frozen=True)
class Family:
    """One layout: the entries that hold our parameters (`names`), and the likeliest order of its tokens.

    Of further entries, by prefix, why they are `left_out`; and why with them (`foreign`) the model is none of ours.
    """

    title: str
    names: Mapping[str, str]
    order: str
    left_out: Mapping[str, str]
    foreign: Mapping[str, str] = field(default_factory=dict)
    bottleneck: Mapping[str, str] = field(default_factory=dict)  # linear layers before the mean and after z
    tanh: bool = False  # may have been trained with a tanh after sampling, which no entry tells

    def found_in(self, keys: Collection[str]) -> int:
        """The number of its entries that are there."""
        return sum(name in keys for name in self.names.values())


def _names(embeddings: tuple[str, str], grus: tuple[str, str], head: str, mean: str, log_sigma: str) -> dict[str, str]:
    """Our parameters and the entries of modules with these names."""
    names = dict[str, str]()
    for side, embedding, gru in zip(("encoder", "decoder"), embeddings, grus, strict=True):
        names[f"{side}.embedding.weight"] = f"{embedding}.weight"
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            names[f"{side}.gru.{part}"] = f"{gru}.{part}_l0"
    linear = {
        "encoder.mean": mean,
        "encoder.log_sigma": log_sigma,
        "decoder.head": f"{head}.0",
        "decoder.out": f"{head}.2",
    }
    for ours, theirs in linear.items():
        names |= {f"{ours}.{part}": f"{theirs}.{part}" for part in ("weight", "bias")}
    return names


FAMILIES = (
    Family(
        title="the ProgramVAE of LEAPS",
        names=_names(
            embeddings=("vae.encoder.token_encoder", "vae.decoder.token_encoder"),
            grus=("vae.encoder.gru", "vae.decoder.gru"),
            head="vae.decoder.token_output_layer",
            mean="vae._enc_mu",
            log_sigma="vae._enc_log_sigma",
        ),
        order=LEAPS,
        left_out={"condition_policy.": EXECUTOR, "vae.decoder.critic": "the critic of actor-critic training"},
        foreign={
            "vae.encoder.lstm.": "an LSTM (rnn_type LSTM); ours is a GRU",
            "vae.decoder.eop_output_layer.": "a second head for the end of the program (two_head); ours has one head",
        },
        bottleneck={"encoder": "vae.encoder.fc", "decoder": "vae.decoder.fc"},
        tanh=True,
    ),
    Family(
        title="the LeapsVAE of karel-synthesis and prog_policies",
        names=_names(
            embeddings=("token_encoder", "token_encoder"),
            grus=("encoder_gru", "decoder_gru"),
            head="decoder_mlp",
            mean="encoder_mu",
            log_sigma="encoder_log_sigma",
        ),
        order=PROG_POLICIES,
        left_out=dict.fromkeys(
            ("policy_gru.", "policy_mlp.", "state_encoder.", "action_encoder.", "perc_encoder."), EXECUTOR
        ),
    ),
    Family(
        title="the later LeapsVAE of prog_policies",
        names=_names(
            embeddings=("vae_encoder.token_encoder", "vae_decoder.token_encoder"),
            grus=("vae_encoder.gru", "vae_decoder.gru"),
            head="vae_decoder.mlp",
            mean="encoder_mu",
            log_sigma="encoder_log_sigma",
        ),
        order=PROG_POLICIES,
        left_out={"policy_executor.": EXECUTOR},
    ),
)  # fmt: skip
