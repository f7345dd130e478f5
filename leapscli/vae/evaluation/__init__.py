"""Measures of a program embedding."""
