"""The way to decode on a device: one kernel on CUDA where Triton is, which PyTorch for CUDA brings; else the loop."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import torch
from torch import Tensor

from leapscli.vae.decoding.loop import Decoding
from leapscli.vae.device import choose_device
from leapscli.vae.networks.decoder import Decoder

Decode = Callable[..., Tensor]  # z, and noise= to sample: as `Decoding`


def has_kernel(device: torch.device) -> bool:
    """True where programs are decoded by one kernel, so that a GPU pays for a few vectors too."""
    return device.type == "cuda" and find_spec("triton") is not None


def search_device(name: str = "auto") -> torch.device:
    """The device to decode on while searching: `auto` takes CUDA where it pays, which is where the kernel is. Raises
    InputError.

    A search decodes some hundred vectors at a time. The loop launches as many kernels for these as for thousands, and
    takes as long as a CPU core.
    """
    device = choose_device(name)
    return device if name != "auto" or has_kernel(device) else torch.device("cpu")


def decoding(decoder: Decoder) -> Decode:
    """The decoder, ready to write programs on the device that its weights are on."""
    if has_kernel(decoder.head.weight.device):
        from leapscli.vae.decoding.fused import FusedDecoding, fits

        if fits(decoder):
            return FusedDecoding(decoder)
    return Decoding(decoder)
