"""Make the pictures of docs/reports.md from the sample files: ``python -m benchmarks.gallery [FOLDER]``.

Conventions: the sample files are imported into a database of their own; FOLDER is docs/gallery unless given. Pictures of sessions are
drawn by `show --format png`, those of the page by a headless Chromium (``chromium`` on the path, or CHROMIUM), without which they stay
as they are.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.support.notebook import packed

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLES: Final = ("outdoor-repetitions", "hill-repeats", "treadmill-belt-blocks")
#: name -> width and height of the window, pixels, and whether dark
PAGES: Final = {
    "report": ((1100, 1180), False),
    "report-dark": ((1100, 1180), True),
    "report-phone": ((500, 1180), False),
}
CHROMIUM: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=8000",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Draw, and print what was drawn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "gallery", help="where the pictures go (docs/gallery)")
    folder = parser.parse_args(arguments).folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        url = f"sqlite:///{work}/a.db"
        _retro("import", *(f"sample_files/{name}.fit" for name in SAMPLES), "--db", url)
        for session, name in enumerate(SAMPLES, start=1):
            _retro("show", str(session), "-o", str(folder / f"{name}.png"), "--db", url)
        _retro("import", "sample_files", "--db", url)
        page = Path(work) / "report.html"
        _retro("report", "-o", str(page), "--db", url)
        browser = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if browser is None:
            print("no chromium here: the pictures of the page stay as they are")
        else:
            for name, ((width, height), is_dark) in PAGES.items():
                look = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if is_dark else []
                shot = [f"--window-size={width},{height}", f"--screenshot={folder / f'{name}.png'}", page.as_uri()]
                subprocess.run([browser, *CHROMIUM, *look, *shot], check=True, capture_output=True, timeout=120)
    for path in sorted(folder.glob("*.png")):
        path.write_bytes(packed(path.read_bytes()))
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return 0


def _retro(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "importer", *words], cwd=ROOT, check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    sys.exit(main())
