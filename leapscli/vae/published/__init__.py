"""Weights of the published code and of the work that followed it, as a network of ours."""
