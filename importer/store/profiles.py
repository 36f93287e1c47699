"""What athletes say of themselves, over time: read and written.

Conventions: every value has its own history; a row holds those that were said for the same day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from importer.store import rows
from importer.store.athlete_records import ALWAYS, PROFILE_NAMES, Profile, ProfileEntry
from importer.store.core import Core
from importer.store.schema_door import tables

#: For each athlete's number, the moments from which a share of sessions holds, in order, and the shares.
Shares = Mapping[int, tuple[Sequence[datetime], Sequence[float]]]


class ProfileStore(Core):
    """Reads and writes the profiles of athletes."""

    def profile(self, name: str) -> tuple[ProfileEntry, ...]:
        """Give what an athlete has said, in order of the days from which it holds.

        Raises
        ------
        StoreError : there is no such athlete (code ``no-such-athlete``).
        """
        with self._read() as connection:
            return _entries(connection, self._athlete_id(connection, name))

    def set_profile(self, name: str, values: Mapping[str, float | None], *, since: datetime | None, now: datetime) -> tuple[datetime, ...]:
        """Write down what an athlete says of himself.

        Parameters
        ----------
        values : names of `PROFILE_NAMES`; None takes back what was said for that day.
        since : midnight UTC of the day from which they hold; None is today, or always for a value that was never said before.

        Returns
        -------
        For each of `values`, from when on it holds now.

        Raises
        ------
        StoreError : there is no such athlete (code ``no-such-athlete``).
        """
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        with self._write() as connection:
            athlete_id = self._athlete_id(connection, name)
            known = _entries(connection, athlete_id)
            moments = []
            for value_name, value in values.items():
                is_first = all(getattr(entry.said, value_name) is None for entry in known)
                moment = since if since is not None else ALWAYS if is_first else today
                _write(connection, athlete_id, moment, {value_name: value})
                moments.append(moment)
            _forget_empty(connection, athlete_id)
        return tuple(moments)

    def _athlete_id(self, connection: Connection, name: str) -> int:
        table = tables.athlete
        found = connection.execute(select(table.c.id).where(table.c.name == rows.clean(name))).scalar()
        if found is None:
            raise self._no_athlete(name)
        return int(found)


def shares(connection: Connection) -> Shares:
    """Give how many of their sessions hold backward movement, as the athletes say."""
    table = tables.athlete_profile
    statement = (
        select(table.c.athlete_id, table.c.since_utc, table.c.backward_sessions_share)
        .where(table.c.backward_sessions_share.is_not(None))
        .order_by(table.c.athlete_id, table.c.since_utc)
    )
    found: dict[int, tuple[list[datetime], list[float]]] = {}
    for row in connection.execute(statement):
        moments, said = found.setdefault(row.athlete_id, ([], []))
        moments.append(row.since_utc)
        said.append(row.backward_sessions_share)
    return found


def share_at(found: Shares, athlete_id: int, moment: datetime) -> float | None:
    """Give the share that holds for an athlete at a moment; None where nothing was said."""
    if athlete_id not in found:
        return None
    moments, said = found[athlete_id]
    at = bisect_right(moments, moment)
    return said[at - 1] if at else None


def _entries(connection: Connection, athlete_id: int) -> tuple[ProfileEntry, ...]:
    table = tables.athlete_profile
    statement = select(table).where(table.c.athlete_id == athlete_id).order_by(table.c.since_utc)
    found = connection.execute(statement).mappings()
    return tuple(ProfileEntry(row["since_utc"], Profile(**{name: row[name] for name in PROFILE_NAMES})) for row in found)


def _write(connection: Connection, athlete_id: int, since: datetime, values: Mapping[str, float | None]) -> None:
    table = tables.athlete_profile
    changed = connection.execute(update(table).where(table.c.athlete_id == athlete_id, table.c.since_utc == since).values(**values))
    if not changed.rowcount:
        connection.execute(insert(table), {"athlete_id": athlete_id, "since_utc": since, **values})


def _forget_empty(connection: Connection, athlete_id: int) -> None:
    table = tables.athlete_profile
    connection.execute(delete(table).where(table.c.athlete_id == athlete_id, *(table.c[name].is_(None) for name in PROFILE_NAMES)))
