"""Which stored recordings may be one session with others: looked up by time, and by what is known of pairs.

Conventions: all is of one athlete; a recording that nobody has anything to do with costs one look into an index. Samples are read only
where they are asked for, and then only the channels that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Select, TextClause, bindparam, func, or_, select, text

from importer.store import labels, load, rows
from importer.store.core import Core
from importer.store.kin_records import Key, Kin, Member, Pair, Question
from importer.store.records import LabelRecord
from importer.store.schema_door import tables
from importer.values.activity import Activity

_UTC: Final = tables.recording.c.start_utc.type


class KinStore(Core):
    """Reads recordings that may be one session."""

    def kin(self, athlete: str, questions: Sequence[Question]) -> Kin:
        """Give the recordings that may be one session with those asked for, and all that these are linked with."""
        with self._read() as connection:
            return find(connection, athlete, questions)

    def entangled(self) -> dict[str, Kin]:
        """Give every recording that has to do with another one: athlete to kin."""
        with self._read() as connection:
            shas = _entangled(connection)
            members = _members(connection, shas)
            pairs = _pairs(connection, shas)
            whose = {row.sha256: row.name for row in connection.execute(_owners())} if members else {}
        found: dict[str, Kin] = {}
        for name in sorted({whose[member.key.sha256] for member in members}):
            mine = tuple(member for member in members if whose[member.key.sha256] == name)
            keys = {member.key for member in mine}
            found[name] = Kin(mine, tuple(pair for pair in pairs if pair.a in keys and pair.b in keys))
        return found

    def recordings(self, session_id: int) -> tuple[Member, ...]:
        """Give the recordings of a session, the primary one first.

        Raises
        ------
        StoreError : there is no such session (code ``no-such-session``).
        """
        with self._read() as connection:
            statement = _recordings().where(tables.recording.c.session_id == session_id)
            found = [_member(row) for row in connection.execute(statement).mappings()]
        mine = sorted(found, key=lambda one: (not one.is_primary, one.key))
        if not mine:
            raise self._no_session(session_id)
        return tuple(mine)

    def load_recording(self, recording_id: int, *, channels: Sequence[str] | None = None) -> Activity:
        """Give a recording, equal in every bit to what was saved; with `channels`, only these of its samples, and no laps.

        Raises
        ------
        StoreError : there is no such recording, or its samples are damaged.
        """
        with self._read() as connection:
            found = load.recording(connection, recording_id, shown=self.url, channels=channels)
        if found is None:
            raise self._missing(f"recording {recording_id}", remedy="somebody removed it meanwhile: try again")
        return found

    def labels_of(
        self, session_ids: Sequence[int], *, coming: Sequence[Key], athlete: str, start: datetime, shifts_s: dict[str, float]
    ) -> tuple[LabelRecord, ...]:
        """Give the labels that a session of several recordings would have.

        Parameters
        ----------
        session_ids : the stored sessions that become this one.
        coming : its recordings that are not stored yet.
        start : of the session to be.
        shifts_s : SHA-256 of each file to what is added to its clock.
        """
        with self._read() as connection:
            return labels.together(connection, session_ids, coming=coming, athlete=athlete, start=start, shifts_s=shifts_s)


def find(connection: Connection, athlete: str, questions: Sequence[Question]) -> Kin:
    """Give the kin of recordings, stored or not; see `KinStore.kin`."""
    near: set[str] = set()
    for question in questions:
        reach = timedelta(seconds=question.reach_s)
        keys = {"athlete": rows.clean(athlete), "earliest": question.key.start - reach, "latest": question.key.start + reach}
        near.update(connection.execute(_near(), keys).scalars())
    if not near:
        return Kin()
    shas: set[str] = near | {question.key.sha256 for question in questions}
    while True:
        pairs = _pairs(connection, shas)
        more = {key.sha256 for pair in pairs for key in (pair.a, pair.b)} - shas
        members = _members(connection, shas)
        more |= set(_shas_of_sessions(connection, {member.session_id for member in members})) - shas
        if not more:
            break
        shas |= more
    return Kin(members, pairs)


@cache
def _near() -> TextClause:
    """Files with a recording near a moment. The plus keeps SQLite from going through all files of the athlete instead of the moment."""
    asked = text(
        "SELECT f.sha256 FROM recording AS r JOIN source_file AS f ON f.id = r.source_id"
        " WHERE r.start_utc BETWEEN :earliest AND :latest AND +f.athlete_id = (SELECT id FROM athlete WHERE name = :athlete)"
    )
    return asked.bindparams(bindparam("earliest", type_=_UTC), bindparam("latest", type_=_UTC))


def _pairs(connection: Connection, shas: Iterable[str]) -> tuple[Pair, ...]:
    """Give the pairs that any of these files is in, in the order of their keys."""
    found: dict[tuple[Key, Key], Pair] = {}
    for part in _parts(shas):
        for row in connection.execute(_select_pairs(), {"shas": part}):
            a, b = Key(row.a_sha256, row.a_start_utc), Key(row.b_sha256, row.b_start_utc)
            found[a, b] = Pair(a, b, row.verdict, row.reason, row.shift_s, row.decision, row.decided_utc)
    return tuple(found[keys] for keys in sorted(found))


@cache
def _select_pairs() -> Select[Any]:
    table = tables.pair
    shas: BindParameter[Any] = bindparam("shas", expanding=True)
    return select(table).where(or_(table.c.a_sha256.in_(shas), table.c.b_sha256.in_(shas)))


def _members(connection: Connection, shas: Iterable[str]) -> tuple[Member, ...]:
    """Give the stored recordings of files, in the order of their keys."""
    found = [_member(row) for part in _parts(shas) for row in connection.execute(_select_members(), {"shas": part}).mappings()]
    return tuple(sorted(found, key=lambda member: member.key))


@cache
def _select_members() -> Select[Any]:
    return _recordings().where(tables.source_file.c.sha256.in_(bindparam("shas", expanding=True)))


@cache
def _recordings() -> Select[Any]:
    recording, source, stream, session = tables.recording, tables.source_file, tables.stream, tables.session
    n_channels = select(func.count()).where(stream.c.recording_id == recording.c.id, ~stream.c.channel.contains("."))
    return (
        select(
            recording,
            source.c.sha256,
            source.c.path,
            source.c.member,
            session.c.possible_duplicate_of,
            n_channels.scalar_subquery().label("n_channels"),
        )
        .join(source, source.c.id == recording.c.source_id)
        .join(session, session.c.id == recording.c.session_id)
    )


def _member(row: rows.Found) -> Member:
    return Member(
        key=Key(row["sha256"], row["start_utc"]),
        activity=rows.activity(row, laps=(), columns={rows.TIME: rows.NO_SAMPLES}),
        n_channels=row["n_channels"],
        n_samples=row["n_samples"],
        recording_id=row["id"],
        session_id=row["session_id"],
        is_primary=row["is_primary"],
        clock_shift_s=row["clock_shift_s"],
        supplies=None if row["supplies"] is None else tuple(row["supplies"]),
        path=row["path"] if row["member"] is None else f"{row['path']}!{row['member']}",
        repeats=row["possible_duplicate_of"],
    )


def _shas_of_sessions(connection: Connection, session_ids: Iterable[int]) -> list[str]:
    """Give the files that tell of sessions."""
    recording, source = tables.recording, tables.source_file
    statement = select(source.c.sha256).join(recording, recording.c.source_id == source.c.id)
    found: list[str] = []
    for part in load.parts(sorted(session_ids)):
        found.extend(connection.scalars(statement.where(recording.c.session_id.in_(part))))
    return found


def _entangled(connection: Connection) -> set[str]:
    """Give the files that have a pair, share their session, give a part of one, or may be repeated or repeat."""
    pair, recording, session = tables.pair, tables.recording, tables.session
    shas = {sha for row in connection.execute(select(pair.c.a_sha256, pair.c.b_sha256)) for sha in row}
    several = select(recording.c.session_id).group_by(recording.c.session_id).having(func.count() > 1)
    ids = set(connection.scalars(several))
    ids |= set(connection.scalars(select(recording.c.session_id).where(recording.c.supplies.is_not(None))))
    ids |= set(connection.scalars(select(session.c.id).where(session.c.possible_duplicate_of.is_not(None))))
    return shas | set(_shas_of_sessions(connection, ids))


@cache
def _owners() -> Select[Any]:
    source, athlete = tables.source_file, tables.athlete
    return select(source.c.sha256, athlete.c.name).join(athlete, athlete.c.id == source.c.athlete_id)


def _parts(shas: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(shas)
    return (ordered[start : start + 5000] for start in range(0, len(ordered), 5000))
