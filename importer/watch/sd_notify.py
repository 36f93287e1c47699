"""Tell systemd how the service is: a datagram to the socket that it names, nothing where it names none.

Source: sd_notify(3). Telling never fails: a service manager that does not listen is no reason to stop, nor to wait for it for long.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Final

#: how long a manager that is busy is waited for, s
_LONGEST_S: Final = 1.0


def ready() -> None:
    """Say that the service has started."""
    _tell("READY=1")


def alive() -> None:
    """Say that the service is alive, for its watchdog."""
    _tell("WATCHDOG=1")


def stopping() -> None:
    """Say that the service is about to end."""
    _tell("STOPPING=1")


def status(text: str) -> None:
    """Say in one line what the service is doing."""
    _tell("STATUS=" + " ".join(text.split()))


def _tell(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return
    if address.startswith("@"):  # a name in the abstract namespace
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.settimeout(_LONGEST_S)
        channel.connect(address)
        channel.sendall(message.encode("utf-8", "replace"))
