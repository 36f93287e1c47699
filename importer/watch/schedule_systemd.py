"""Text of systemd user units: pure.

Source: systemd.service(5), systemd.exec(5), systemd.timer(5), systemd.syntax(7). A user's service manager can give a service a view of
the file system of its own only together with a user namespace, which some distributions forbid; those settings are `BOX`, and are left
out where they do not work.
"""

from __future__ import annotations

import re
from typing import Final

from importer.watch.schedule import Schedule, UnitFile, marked

#: a sign of life is expected this often, s. The longest silence is one file in work, which is killed after two minutes
_WATCHDOG_S: Final = 300
#: the first start reads what it remembers of every file, and waits for a server's database
_START_S: Final = 600
#: what works without namespaces. No MemoryDenyWriteExecute: libffi of some systems, which numpy loads, cannot live with it
_PLAIN: Final = (
    "NoNewPrivileges=yes",
    "RestrictSUIDSGID=yes",
    "RestrictRealtime=yes",
    "RestrictNamespaces=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
)
#: what needs a user namespace
BOX: Final = (
    "PrivateUsers=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateDevices=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
)
_PRIVATE_TMP: Final = "PrivateTmp=yes"
_PRIVATE_NETWORK: Final = "PrivateNetwork=yes"
#: folders that PrivateTmp would hide
_TMP: Final = ("/tmp", "/var/tmp")  # noqa: S108 - named, not used
_SIMPLE: Final = re.compile(r"[A-Za-z0-9_./:@,=+-]+")


def probed() -> tuple[str, ...]:
    """Give the settings that may not work on this machine."""
    return (*BOX, _PRIVATE_TMP, _PRIVATE_NETWORK)


def files(schedule: Schedule, *, is_boxed: bool) -> tuple[UnitFile, ...]:
    """Give the units: a service, and a timer where it is to run now and then."""
    service = UnitFile(f"{schedule.name}.service", marked(_service(schedule, is_boxed=is_boxed)))
    if schedule.every_min is None:
        return (service,)
    return (service, UnitFile(f"{schedule.name}.timer", marked(_timer(schedule.every_min))))


def names(name: str) -> tuple[str, ...]:
    """Give the names of all files that a schedule of this name may have; what starts the rest stands last."""
    return (f"{name}.service", f"{name}.timer")


def start_commands(schedule: Schedule) -> tuple[tuple[str, ...], ...]:
    """Give what starts the schedule now and at each login."""
    unit = f"{schedule.name}.{'service' if schedule.every_min is None else 'timer'}"
    return (("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", unit), ("systemctl", "--user", "restart", unit))


def stop_commands(present: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Give what stops the units that are there; a timer first, or it would start its service again."""
    return tuple(("systemctl", "--user", "disable", "--now", name) for name in reversed(present))


def after_removal(_name: str) -> tuple[tuple[str, ...], ...]:
    """Give what makes systemd forget files that are gone."""
    return (("systemctl", "--user", "daemon-reload"),)


def state_command(present: tuple[str, ...]) -> tuple[str, ...]:
    """Give what says whether it runs."""
    return ("systemctl", "--user", "is-active", present[-1])


def word(text: str, *, is_program: bool = False) -> str:
    """Quote a word of a command line.

    Parameters
    ----------
    is_program : the first word, in which systemd puts no variables.
    """
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    if not is_program:
        text = text.replace("$", "$$")
    return text if _SIMPLE.fullmatch(text) else f'"{text}"'


def path_word(path: str) -> str:
    """Quote a path of a list of paths; "-": one that is not there is no error."""
    return _literal(f"-{path}")


def _literal(text: str) -> str:
    """Quote a word in which no variables are put."""
    return word(text, is_program=True)


def _service(schedule: Schedule, *, is_boxed: bool) -> str:
    program, *rest = schedule.command
    is_timed = schedule.every_min is not None
    environment = [f"Environment={_literal(f'{key}={value}')}" for key, value in sorted(schedule.environment.items())]
    how = (
        # a folder that is away, a bad file or a locked database is told by `status`; it is no failure of the service
        ["Type=oneshot", "SuccessExitStatus=3 4 5", "TimeoutStartSec=infinity"]
        if is_timed
        else [
            "Type=notify",
            "NotifyAccess=main",
            f"WatchdogSec={_WATCHDOG_S}",
            f"TimeoutStartSec={_START_S}",
            "Restart=on-failure",
            "RestartSec=30",
            # wrong words, or a database that must be upgraded: starting again would not help
            "RestartPreventExitStatus=2 6",
        ]
    )
    lines = [
        "[Unit]",
        "Description=Import activity files from folders (retro-import)",
        *([] if is_timed else ["StartLimitIntervalSec=0"]),
        "",
        "[Service]",
        *how,
        "ExecStart=" + " ".join([_literal(program), *(word(one) for one in rest)]),
        *environment,
        "Nice=10",
        "TasksMax=256",
        "",
        *_hardening(schedule, is_boxed=is_boxed),
        *([] if is_timed else ["", "[Install]", "WantedBy=default.target"]),
    ]
    return "\n".join(lines) + "\n"


def _hardening(schedule: Schedule, *, is_boxed: bool) -> list[str]:
    families = "AF_UNIX AF_INET AF_INET6" if schedule.is_networked else "AF_UNIX"
    lines = [*_PLAIN, f"RestrictAddressFamilies={families}"]
    if not is_boxed:
        return lines
    needs_tmp = any(path == tmp or path.startswith(tmp + "/") for path in (*schedule.seen, *schedule.writable) for tmp in _TMP)
    lines += BOX
    lines += [f"ReadWritePaths={' '.join(map(path_word, _TMP))}"] if needs_tmp else [_PRIVATE_TMP]
    lines += [] if schedule.is_networked else [_PRIVATE_NETWORK]
    return lines + [f"ReadWritePaths={path_word(path)}" for path in schedule.writable]


def _timer(every_min: int) -> str:
    return "\n".join(
        [
            "[Unit]",
            "Description=Import activity files from folders, now and then (retro-import)",
            "",
            "[Timer]",
            "OnStartupSec=1min",
            f"OnUnitInactiveSec={every_min}min",
            "RandomizedDelaySec=30s",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )
