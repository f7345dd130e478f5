"""The kernel that Triton compiles."""
