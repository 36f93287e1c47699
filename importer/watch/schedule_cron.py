"""A line in a crontab, between two lines that say whose it is: pure.

Source: crontab(5). cron knows neither logins nor services that stay, so that it always runs ``watch --once``. Lines of others are left
as they are, byte by byte.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

from importer.errors import UsageError
from importer.watch.schedule import Schedule, Standing, marked, standing

#: what cron takes where nothing was said
DEFAULT_MIN: Final = 15
#: longest command. Source: Debian's cron cuts at 998 characters
_LONGEST: Final = 990


def block(schedule: Schedule) -> str:
    """Give the lines of a schedule, their ends included."""
    every_min = DEFAULT_MIN if schedule.every_min is None else schedule.every_min
    words = [f"{key}={shlex.quote(value)}" for key, value in sorted(schedule.environment.items())]
    words += [shlex.quote(one) for one in schedule.command]
    # a % ends the command, inside quotes too. cron would mail each line that is printed
    command = (" ".join(words) + " >/dev/null 2>&1").replace("%", "\\%")
    if len(command.encode()) > _LONGEST:
        raise UsageError(f"the command is too long for cron ({len(command.encode())} bytes, at most {_LONGEST}): name fewer folders")
    return f"{_begin(schedule.name)}\n" + marked(f"{_times(every_min)} {command}\n") + f"{_end(schedule.name)}\n"


def found(crontab: str, name: str) -> tuple[str, Standing]:
    """Give the lines of a schedule in a crontab, "" where there are none, and whose they are."""
    match = _pattern(name).search(crontab)
    if match is not None:
        return match[0], standing(match["body"])
    is_half = any(line in (_begin(name), _end(name)) for line in crontab.splitlines())
    return "", Standing.EDITED if is_half else Standing.ABSENT


def replaced(crontab: str, name: str, lines: str) -> str:
    """Give the crontab with other lines of a schedule; "" takes them out."""
    old, _ = found(crontab, name)
    if old:
        return crontab.replace(old, lines, 1)
    if not lines:
        return crontab
    return crontab + ("" if crontab.endswith("\n") or not crontab else "\n") + lines


def _pattern(name: str) -> re.Pattern[str]:
    begin, end = re.escape(_begin(name)), re.escape(_end(name))
    return re.compile(rf"^{begin}\n(?P<body>(?:(?!{begin}$).*\n)*?){end}(?:\n|\Z)", flags=re.MULTILINE)


def _begin(name: str) -> str:
    return f"# >>> {name}: written by `retro-import schedule install`"


def _end(name: str) -> str:
    return f"# <<< {name}"


def _times(every_min: int) -> str:
    if every_min < 60 and 60 % every_min == 0:
        return f"*/{every_min} * * * *" if every_min > 1 else "* * * * *"
    hours, rest = divmod(every_min, 60)
    if rest == 0 and hours <= 24 and 24 % hours == 0:
        return f"0 */{hours} * * *" if 1 < hours < 24 else ("0 * * * *" if hours == 1 else "0 0 * * *")
    raise UsageError(f"--timer: cron cannot run every {every_min} minutes: choose a part of an hour (5, 15, 30) or of a day (60, 120, 720)")
