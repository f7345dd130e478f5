"""One thread for these small products: several tests run side by side, and threads that wait for each other stall."""

from __future__ import annotations

import torch

torch.set_num_threads(1)
