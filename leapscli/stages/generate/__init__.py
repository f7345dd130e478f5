"""Generating a dataset."""
