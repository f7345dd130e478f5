"""The site of the manual builds without a warning, and the notebooks run from beginning to end."""

from __future__ import annotations

import importlib.util
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import leapscli as leaps
from tests import ROOT

NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.ipynb"))


@pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="needs the extra docs")
def test_the_site_builds_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path / "site")]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    made = {path.parent.name for path in (tmp_path / "site").rglob("index.html")}
    assert {path.stem for path in (ROOT / "docs").glob("*.md")} <= made
    api = (tmp_path / "site/api/index.html").read_text()
    assert all(f".{name}" in api for name in ("synthesize", "Run.program", "KarelVectorEnv", "check_searcher"))
    commands = (tmp_path / "site/commands/index.html").read_text()
    assert "leaps artifacts lineage" in commands and "--prefer-general" in commands


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    spec = KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python")
    monkeypatch.setattr(AsyncKernelManager, "kernel_spec", spec)
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    monkeypatch.delenv("LEAPS_WORKSPACE", raising=False)
    book = nbformat.read(path, 4)
    assert all(not cell.get("outputs") for cell in book.cells)  # they are kept without
    client = nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert not any(output.get("name") == "stderr" for output in outputs if "Traceback" in str(output.get("text")))


def test_the_notebooks_are_pages_of_the_site():
    nav = (ROOT / "mkdocs.yml").read_text()
    assert NOTEBOOKS and all(f"notebooks/{path.stem}.md" in nav for path in NOTEBOOKS)


def test_the_drawing_of_the_method_is_what_its_script_draws():
    drawn = runpy.run_path(str(ROOT / "docs/images/method.py"))["drawing"]()
    assert (ROOT / "docs/images/method.svg").read_text() == drawn


def test_the_programs_of_the_gallery_do_what_it_says():
    for name, found in json.loads((ROOT / "docs/site/gallery.json").read_text()).items():
        result = leaps.evaluate(found["program"], name, episodes=1000, seed=7)
        assert result.mean == pytest.approx(found["mean"], abs=1e-4), name
