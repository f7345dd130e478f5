"""The tasks: each a distribution of initial worlds and a reward."""
