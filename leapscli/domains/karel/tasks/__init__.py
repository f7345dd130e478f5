"""Karel's tasks: a suite a folder, a task a file."""
