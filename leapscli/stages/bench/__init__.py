"""The benchmark of searchers, and what others published."""
