"""Tasks of the user's own: one Python file, checked and compiled."""
