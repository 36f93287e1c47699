"""A better source takes the place of another one: written down.

Conventions: the session keeps its number and everything that was said of it. The file that went stays known by its bytes, so that the
next scan does not bring it back; it goes for good with the one that took its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from importer.store import arrange, rows
from importer.store.core import Core
from importer.store.kin_records import Key, Member, Plan
from importer.store.schema_door import tables
from importer.values.activity import Text


class ReplaceStore(Core):
    """Lets a recording take the place of others of its session."""

    def adopt(self, member: Member, others: Sequence[Member], *, texts: Sequence[Text]) -> None:
        """Let what was said of other recordings of a session be said of one of them; of the session nothing changes by it.

        Parameters
        ----------
        texts : all the words that the recording has from now on, on its own clock.
        """
        table = tables.recording
        with self._write() as connection:
            words = [rows.text_row(text) for text in texts]
            connection.execute(update(table).where(table.c.id == member.recording_id).values(texts=words))
            for other in others:
                _move_labels(connection, other, member.key, by_s=other.clock_shift_s - member.clock_shift_s)

    def replace(self, plan: Plan, member: Member, others: Sequence[Member], *, now: datetime) -> bool:
        """Remove recordings whose place another one takes, and write what the session is without them.

        Parameters
        ----------
        plan : made without `others`, of what was found with them; where the database says something else now, False, and nothing done.
        member : the recording that stays.
        """
        table = tables.recording
        with self._write() as connection:
            if not arrange.is_current(connection, plan):
                return False
            source_id = _source_of(connection, member.recording_id)
            for other in others:
                other_source = _source_of(connection, other.recording_id)
                connection.execute(delete(table).where(table.c.id == other.recording_id))
                _forget(connection, other.key, other_source, source_id)
            if any(other.is_primary for other in others):  # the session goes on with it, whatever the plan makes its first recording
                connection.execute(update(table).where(table.c.id == member.recording_id).values(is_primary=True))
            arrange.apply(connection, plan, {}, now=now)
            return True


def _source_of(connection: Connection, recording_id: int) -> int:
    table = tables.recording
    return int(connection.execute(select(table.c.source_id).where(table.c.id == recording_id)).scalar_one())


def _move_labels(connection: Connection, other: Member, key: Key, *, by_s: float) -> None:
    """Let what was said about a recording be said about another one, on its clock."""
    table = tables.label
    rule = [table.c.session_id == other.session_id, table.c.sha256 == other.key.sha256]
    for row in connection.execute(select(table.c.id, table.c.session_start_utc).where(*rule)).all():
        moved = {"sha256": key.sha256, "session_start_utc": row.session_start_utc + timedelta(seconds=by_s)}
        connection.execute(update(table).where(table.c.id == row.id).values(**moved))


def _forget(connection: Connection, key: Key, source_id: int, better_id: int) -> None:
    """Write down that a file is replaced, where none of its recordings is left; and what was found about the recording is over."""
    source, recording, pair = tables.source_file, tables.recording, tables.pair
    for name in ("a", "b"):
        is_it = (pair.c[f"{name}_sha256"] == key.sha256) & (pair.c[f"{name}_start_utc"] == key.start)
        connection.execute(delete(pair).where(is_it, pair.c.decision.is_(None)))
    if connection.execute(select(recording.c.id).where(recording.c.source_id == source_id).limit(1)).first() is None:
        connection.execute(update(source).where(source.c.replaced_by == source_id).values(replaced_by=better_id))
        connection.execute(update(source).where(source.c.id == source_id).values(replaced_by=better_id))
