"""The test suite; its folders are those of leapscli/."""

from pathlib import Path

ROOT = Path(__file__).parents[1]  # the checkout
