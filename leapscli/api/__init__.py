"""The Python API: the stages as functions, the same that the commands call, and their results as objects."""
