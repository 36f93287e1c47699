"""Run the tools of service managers, and read and write the crontab.

Conventions: a crontab that cannot be read is never taken for an empty one; its bytes are kept as they are.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from typing import Final

from importer.watch.schedule import ScheduleError

#: how long a tool may take, s: systemd waits for the watcher's first look at its database
_LONGEST_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Done:
    """A tool that has run, or could not."""

    command: tuple[str, ...]
    status: int
    output: str
    error: str

    @property
    def is_well(self) -> bool:
        """Tell whether it did what it was asked for."""
        return self.status == 0

    @property
    def complaint(self) -> str:
        """Say in one line what it said against it."""
        return f"`{shlex.join(self.command)}` failed ({' '.join(self.error.split()) or f'status {self.status}'})"


def tried(command: tuple[str, ...], *, text: str | None = None) -> Done:
    """Run a tool; one that is not there, or takes too long, has failed too."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words; paths are words of their own, no shell is involved
            command,
            input=None if text is None else text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Done(command, -1, "", getattr(error, "strerror", None) or f"no end within {_LONGEST_S:.0f} s")
    output, error_text = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    return Done(command, done.returncode, output, error_text)


def run(command: tuple[str, ...], *, remedy: str, text: str | None = None) -> Done:
    """Run a tool that must succeed.

    Raises
    ------
    ScheduleError : it did not.
    """
    done = tried(command, text=text)
    if not done.is_well:
        raise ScheduleError(f"{done.complaint}: {remedy}")
    return done


def crontab() -> str:
    """Read the user's crontab, "" where there is none.

    Raises
    ------
    ScheduleError : it cannot be read.
    """
    done = tried(("crontab", "-l"))
    if done.is_well:
        return done.output
    if "no crontab" in done.error.lower():
        return ""
    raise ScheduleError(f"{done.complaint}: nothing was changed; check that you may use cron")


def set_crontab(text: str) -> None:
    """Replace the user's crontab; one without lines is removed."""
    if text:
        run(("crontab", "-"), text=text, remedy="nothing was changed; check that you may use cron")
    else:
        run(("crontab", "-r"), remedy="remove it with `crontab -r`")
