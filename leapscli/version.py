"""Versions for the record: of installed packages, and the commit of this code; nothing heavy is imported."""

from __future__ import annotations

from leapscli.locations import PACKAGE

__version__ = "0.1.0"


def package_version(package: str) -> str | None:
    """The installed version of a distribution, or None; nothing is imported."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def tool_commit() -> str | None:
    """The git commit of the checkout that this code runs from, `-dirty` where it was edited; None outside one."""
    import subprocess

    if not (PACKAGE.parent / ".git").exists():
        return None
    command = ["git", "-C", str(PACKAGE.parent), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return (
            subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=10).stdout.strip()
            or None
        )
    except (OSError, subprocess.SubprocessError):
        return None
