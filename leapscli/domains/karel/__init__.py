"""Karel: worlds, actions, perceptions, pictures, and the suites of tasks."""
