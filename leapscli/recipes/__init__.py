"""Recipes: what to make, as typed and validated YAML."""
