"""Run the user's command for every file that was stored.

Conventions: no shell is involved, and nothing that a file says is part of the command: facts are in the environment. What the command
prints goes to stderr. A command that fails or hangs is said, and never stops the watcher; it is not run again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importer.pipeline import ImportResult

#: how long a command may take, s
LONGEST_S: Final = 60.0


def facts(result: ImportResult) -> dict[str, str]:
    """Give what is known of a stored file as variables of the environment."""
    sessions = result.sessions
    return {
        "RETRO_IMPORT_PATH": result.path.replace("\0", ""),
        "RETRO_IMPORT_OUTCOME": str(result.outcome),
        "RETRO_IMPORT_SHA256": result.source.sha256 or "",
        "RETRO_IMPORT_BATCH": "" if result.batch is None else str(result.batch),
        "RETRO_IMPORT_SESSIONS": ",".join(str(session.id) for session in sessions),
        "RETRO_IMPORT_STARTS": ",".join(f"{session.start:%Y-%m-%dT%H:%M:%SZ}" for session in sessions),
        "RETRO_IMPORT_BACKWARD_ACCEPTED_S": f"{sum(session.backward_accepted_s for session in sessions):.1f}",
        "RETRO_IMPORT_BACKWARD_SUGGESTED_S": f"{sum(session.backward_suggested_s for session in sessions):.1f}",
    }


def run(command: Sequence[str], variables: Mapping[str, str], *, longest_s: float = LONGEST_S) -> str | None:
    """Run a command; give what went wrong, None where nothing did."""
    said_to = sys.stderr.fileno() if sys.stderr is not None else subprocess.DEVNULL
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, word by word
            list(command),
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=said_to,
            stderr=said_to,
            timeout=longest_s,
            check=False,
            # not in the terminal's group: Ctrl-C is for the watcher
            process_group=0 if os.name == "posix" else None,
        )
    except subprocess.TimeoutExpired:
        return f"took longer than {longest_s:.0f} s and was ended"
    except (OSError, ValueError) as error:
        return f"could not be started ({getattr(error, 'strerror', None) or error})"
    return None if done.returncode == 0 else f"ended with status {done.returncode}"
