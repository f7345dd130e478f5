"""KAREL-HARD, the four tasks of HPRL (Liu et al., ICML 2023)."""
