"""What Triton compiles for GPUs."""
