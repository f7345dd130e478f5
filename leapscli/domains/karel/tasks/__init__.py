"""Karel's tasks: a suite a folder, a task a file."""

ORDER = ("leaps", "karel_hard", "llm_gs")  # of publication; suites that are not named follow
