"""`leaps` as a shell starts it: in a process of its own, with the streams and the environment of another machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import ROOT

LEAPS = f"{sys.executable} -m leapscli"
PROGRAM = "DEF run m( move turnLeft move m)\n"


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a bash script in `folder`, in which $LEAPS is the command; p.txt there is a program."""
    (folder / "p.txt").write_text(PROGRAM, encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "PYTHONUNBUFFERED")}
    own |= {"LEAPS": LEAPS, "PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(["bash", "-c", script], cwd=folder, env=own, capture_output=True, timeout=120)
