"""Worlds that are grids of cells with an agent of a few numbers: what a domain of one's own is made of."""
