"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

#: `.ci/run` sets it: the same examples at every merge. Without it each run draws new ones, and finds what nobody thought of.
if os.environ.get("RETRO_SAME_EXAMPLES") == "1":
    settings.register_profile("same", derandomize=True)
    settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Give the folder of real recordings; skip where there is none."""
    folder = Path(os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    if not (folder / "MANIFEST.csv").is_file():
        pytest.skip("no corpus of real recordings here (set RETRO_CORPUS to its folder)")
    return folder
