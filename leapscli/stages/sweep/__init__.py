"""Many searches side by side."""
