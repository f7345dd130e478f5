"""The world and its engine."""
