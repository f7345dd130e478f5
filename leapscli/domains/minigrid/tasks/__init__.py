"""MiniGrid's tasks: a suite a folder, a task a file."""

ORDER = ("llm_gs",)
