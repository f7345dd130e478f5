"""Where the files are that travel with the tool: recipes, and the model that ships.

In a checkout they lie at its root, beside `leapscli/`; a wheel carries them inside the package, in `leapscli/shipped/`.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def shipped(folder: str) -> Path:
    """The folder of that name ("datasets", "models" or "runs") that came with this installation."""
    packed = PACKAGE / "shipped"
    return (packed if packed.is_dir() else PACKAGE.parent) / folder
