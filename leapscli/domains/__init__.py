"""Kinds of worlds that programs can run in, one folder each."""
