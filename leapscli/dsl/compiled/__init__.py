"""The language's kernels: loops over token arrays."""
