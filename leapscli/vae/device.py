"""What device to train on and in what precision: the only place that knows.

On CUDA: bf16 where the device has it, else fp16 with a loss scaler; TF32 for what stays in float32. On the CPU float32,
since bf16 products measured slower there (docs/training.md).
"""

from __future__ import annotations

import ctypes
import sys


def keep_buffers() -> None:
    """Let glibc keep large freed blocks instead of returning each to the system: fresh pages cost a step a fifth of its time."""
    if sys.platform == "linux":
        try:
            mallopt = ctypes.CDLL(None).mallopt
        except AttributeError:  # another libc
            return
        mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD
