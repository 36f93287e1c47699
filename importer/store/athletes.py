"""The athletes of a database, and what is kept for each of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select, text, update

from importer.errors import StoreError
from importer.store import rows, save
from importer.store.device_rules import DeviceRuleStore
from importer.store.records import AthleteRecord
from importer.store.schema_door import tables

_ANY_TWO: Final = text("SELECT 1 FROM athlete WHERE EXISTS (SELECT 1 FROM session WHERE athlete_id = athlete.id) LIMIT 2")


class AthleteStore(DeviceRuleStore):
    """Lists, adds, names and changes athletes."""

    def athletes(self) -> tuple[AthleteRecord, ...]:
        """Give all athletes by name."""
        with self._read() as connection:
            return tuple(AthleteRecord(**row) for row in connection.execute(_athletes()).mappings())

    def has_several_athletes(self) -> bool:
        """Say whether sessions of more than one athlete are stored."""
        with self._read() as connection:
            return len(connection.execute(_ANY_TWO).all()) > 1

    def add_athlete(self, name: str, *, now: datetime) -> bool:
        """Add an athlete; False where there is one of that name."""
        table = tables.athlete
        with self._write() as connection:
            is_there = connection.execute(select(table.c.id).where(table.c.name == rows.clean(name))).first() is not None
            if not is_there:
                save.athlete_id(connection, name, now=now)
        return not is_there

    def set_lap_rule(self, name: str, rule: str | None) -> AthleteRecord:
        """Keep a rule for the laps of an athlete's files to come; None keeps none.

        Raises
        ------
        StoreError : there is no such athlete (code ``no-such-athlete``).
        """
        table = tables.athlete
        with self._write() as connection:
            changed = connection.execute(update(table).where(table.c.name == rows.clean(name)).values(lap_rule=rule)).rowcount
            found = connection.execute(_athletes().where(table.c.name == rows.clean(name))).mappings().one_or_none()
        if not changed or found is None:
            raise self._no_athlete(name)
        return AthleteRecord(**found)

    def athlete(self, name: str) -> AthleteRecord:
        """Give one athlete.

        Raises
        ------
        StoreError : there is no such athlete (code ``no-such-athlete``).
        """
        with self._read() as connection:
            found = connection.execute(_athletes().where(tables.athlete.c.name == rows.clean(name))).mappings().one_or_none()
        if found is None:
            raise self._no_athlete(name)
        return AthleteRecord(**found)

    def rename_athlete(self, name: str, new_name: str) -> AthleteRecord:
        """Give an athlete another name; everything that is his stays his.

        Raises
        ------
        StoreError : there is no such athlete (code ``no-such-athlete``), or somebody has the new name (code ``athlete-exists``).
        """
        table = tables.athlete
        with self._write() as connection:
            athlete_id = self._athlete_id(connection, name)
            other = connection.execute(select(table.c.id).where(table.c.name == rows.clean(new_name))).scalar()
            if other not in (None, athlete_id):
                error = StoreError(f"there is an athlete {new_name!r} already", url=self.url, remedy="choose another name")
                error.code = "athlete-exists"
                raise error
            connection.execute(update(table).where(table.c.id == athlete_id).values(name=rows.clean(new_name)))
        return self.athlete(new_name)


def _athletes() -> Select[Any]:
    athlete, session = tables.athlete, tables.session
    return (
        select(
            athlete.c.id,
            athlete.c.name,
            athlete.c.lap_rule,
            func.count(session.c.id).label("n_sessions"),
            func.min(session.c.start_utc).label("first"),
            func.max(session.c.start_utc).label("last"),
        )
        .outerjoin(session, session.c.athlete_id == athlete.c.id)
        .group_by(athlete.c.id)
        .order_by(athlete.c.name)
    )
