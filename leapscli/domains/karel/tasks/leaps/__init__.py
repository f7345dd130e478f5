"""The six tasks of LEAPS (Trivedi et al., NeurIPS 2021)."""

ORDER = ("stairclimber", "fourcorners", "topoff", "maze", "cleanhouse", "harvester")  # the paper's
