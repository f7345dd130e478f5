"""KAREL-HARD, the four tasks of HPRL (Liu et al., ICML 2023)."""

ORDER = ("doorkey", "onestroke", "seeder", "snake")  # the paper's
