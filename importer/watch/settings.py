"""How folders are watched."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from importer.pipeline import Options

#: interval of the scans and rest of a file, s. Source: measured; a scan of 10,000 files takes 24 ms
EVERY_S: Final = 10.0
SETTLE_S: Final = 5.0
#: after this rest a file that lacks its end is saved as it is
SALVAGE_AFTER: Final = timedelta(minutes=15)
#: after this time a file is read again although it looks the same: a copy may keep size and times
READ_AGAIN_AFTER: Final = timedelta(days=7)
#: part of one processor that full scans may take: a long one makes the next one wait
SCAN_SHARE: Final = 1 / 100


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for.

    Parameters
    ----------
    roots : absolute paths of the folders.
    archive : where stored files are moved; None leaves them.
    on_import : a command and its words, run for every stored file.
    is_notifying : show on the desktop what was imported, or failed.
    """

    roots: tuple[str, ...]
    every_s: float = EVERY_S
    settle_s: float = SETTLE_S
    options: Options = field(default_factory=Options)
    archive: str | None = None
    on_import: tuple[str, ...] = ()
    is_notifying: bool = False

    def root_of(self, path: str) -> str | None:
        """Give the folder that a path lies in; the innermost where folders lie in each other."""
        roots = [root for root in self.roots if path.startswith(root.rstrip(os.sep) + os.sep)]
        return max(roots, key=len, default=None)
