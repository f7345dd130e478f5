"""The engine's kernels, and the templates that they are made of."""
