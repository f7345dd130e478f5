"""The searchers, one a file."""
