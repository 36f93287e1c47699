"""FIT: `wire` and `layout` (protocol), `profile` and `overlay` (names), `messages`, `activity` and its helpers (meaning).

One way only: bytes -> links of messages -> named values -> activities.
"""

from importer.readers.fit.activity import read_fit

__all__ = ["read_fit"]
