"""Run the program as a user does: a real process, a real database file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parent.parent.parent / "sample_files"


def retro(*words: str | os.PathLike[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``retro-import`` with these words and wait for it; `environment` adds to the clean one."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RETRO_", "COVERAGE"))}
    return subprocess.run(
        [sys.executable, "-m", "importer", *(os.fspath(word) for word in words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        env={**clean, "PYTHONUTF8": "1", "COLUMNS": "200", **environment},
        check=False,
    )


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Read the JSON objects of a run, one a line."""
    return [json.loads(line) for line in done.stdout.splitlines()]
