"""Datasets looked at, imported and exported."""
