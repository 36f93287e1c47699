"""Notices on the desktop about what was imported, through the notifier of the system; off unless asked for.

Conventions: one notice for all that came at once, and not more than one in `EVERY_S`. No shell is involved, and what a file says is never
read as markup or as a word of the command. What is accepted and what is suggested stand apart. A notifier that is not there, fails or
hangs is said once, and never stops the watcher.
"""

from __future__ import annotations

import html
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.watch import hooks
from importer.watch.events import Event, Tell

if TYPE_CHECKING:
    from importer.pipeline import ImportResult

#: from one notice to the next, s: a burst of thousands is some notices
EVERY_S: Final = 60.0
#: how long a notifier may take, s
LONGEST_S: Final = 5.0
#: letters of a file's name, and of what is wrong with it
_LONGEST: Final = 80
#: AppleScript that takes title and text as arguments, so that nothing of them is read as a script
_SCRIPT: Final = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")


def notifier(platform: str = sys.platform) -> str | None:
    """Give the name of the program that shows notices, None where the system has none that this module knows."""
    return {"darwin": "osascript", "win32": None}.get(platform, "notify-send")


def command(program: str, title: str, text: str, *, platform: str = sys.platform) -> tuple[str, ...]:
    """Give the words that show a notice."""
    if platform == "darwin":
        return (program, *(word for line in _SCRIPT for word in ("-e", line)), title, text)
    # servers read the text as markup, the title as it is
    return (program, "--app-name=retro-import", "--", title, html.escape(text, quote=False))


def words(results: Sequence[ImportResult]) -> tuple[str, str]:
    """Say in a title and a line what came in: files that were stored, and files that failed."""
    failed = [one for one in results if one.error is not None]
    stored = [one for one in results if one.error is None]
    sessions = [session for one in stored for session in one.sessions]
    accepted_s, suggested_s = sum(one.backward_accepted_s for one in sessions), sum(one.backward_suggested_s for one in sessions)
    found = [f"backward {_clock(accepted_s)}"] if accepted_s else []
    found += [f"{'perhaps' if found else 'perhaps backward'} {_clock(suggested_s)}{' more' if found else ''}"] if suggested_s else []
    said = [", ".join(found) or "no backward running found"] if stored else []
    if len(failed) == 1 and failed[0].error is not None:
        said.append(
            f"{_short(Path(failed[0].path).name)}: {_short(failed[0].error.message)}" if stored else _short(failed[0].error.message)
        )
    elif failed:
        said.append("see `retro-import status`")
    return f"retro-import: {_counted(stored, failed)}", "; ".join(said)


class Notices:
    """Gathers what came in, and shows it when it is time."""

    def __init__(self, *, tell: Tell) -> None:
        self._tell = tell
        self._pending: list[ImportResult] = []
        self._shown_s = float("-inf")
        self._said = ""

    def add(self, result: ImportResult) -> None:
        """Remember a file that was stored, or failed."""
        self._pending.append(result)

    def show(self, *, now_s: float) -> None:
        """Show what there is, if the last notice is long enough ago by a clock that never goes back (s)."""
        if not self._pending or now_s - self._shown_s < EVERY_S:
            return
        results, self._pending, self._shown_s = self._pending, [], now_s
        wrong = _shown(*words(results))
        if wrong is not None and wrong != self._said:
            self._said = wrong
            text = f"--notify: {wrong}: files are imported all the same; install or mend it, or leave --notify out"
            self._tell(Event("wrong", text, {"message": wrong}))


def _shown(title: str, text: str) -> str | None:
    """Show a notice; give what went wrong, None where nothing did."""
    name = notifier()
    program = None if name is None else shutil.which(name)
    if name is None or program is None:
        return "no notifier is known for this system" if name is None else f"there is no {name} here"
    wrong = hooks.run(command(program, title, text), {}, longest_s=LONGEST_S)
    return None if wrong is None else f"{name} {wrong}"


def _counted(stored: Sequence[ImportResult], failed: Sequence[ImportResult]) -> str:
    if not failed:
        return f"{_short(Path(stored[0].path).name)} imported" if len(stored) == 1 else f"{len(stored):,} files imported"
    if not stored:
        return f"{_short(Path(failed[0].path).name)} failed" if len(failed) == 1 else f"{len(failed):,} files failed"
    return f"{len(stored):,} imported, {len(failed):,} failed"


def _clock(seconds: float) -> str:
    """Say a duration as a runner's watch does."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _short(text: str) -> str:
    """Give a line that every notifier can show: no control characters, no bytes that are no text, not too long."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text.encode("utf-8", "replace").decode("utf-8"))
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
