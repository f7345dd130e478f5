"""Typed recipes: what to make, and how, read from YAML."""
