"""The six tasks of LEAPS (Trivedi et al., NeurIPS 2021)."""
