"""Which recordings make which session: written down, all in the caller's one transaction.

Conventions: a session that stays keeps its number. Of sessions that become one, the lowest number stays; of one that falls apart, the
part with its primary recording keeps it. What the runner said goes with the recording it was said about. A session without a recording
is removed; no recording ever is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from importer.store import judged, kin, labels, rows, save
from importer.store.core import Core
from importer.store.history import replace_segments
from importer.store.kin_records import Group, Key, Pair, Plan
from importer.store.records import lap_word
from importer.store.schema_door import tables
from importer.values.session import Session


class Newcomer(NamedTuple):
    """A recording that is stored together with the plan: as a session of its own it was judged to be `session`."""

    session: Session
    packed: save.Packed


class _Placed(NamedTuple):
    """Where a recording stands."""

    recording_id: int
    session_id: int
    is_primary: bool


class ArrangeStore(Core):
    """Writes which recordings make which session."""

    def arrange(self, plan: Plan, *, now: datetime) -> bool:
        """Write a plan, all or nothing; give False, and write nothing, where the database has changed since it was made."""
        with self._write() as connection:
            if not is_current(connection, plan):
                return False
            apply(connection, plan, {}, now=now)
            return True


def is_current(connection: Connection, plan: Plan) -> bool:
    """Say whether the database still says what a plan was made of; from here on nobody else changes it."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time; here the athlete's row stands for all that is his
        connection.execute(text("SELECT id FROM athlete WHERE name = :name FOR NO KEY UPDATE"), {"name": rows.clean(plan.athlete)})
    return kin.find(connection, plan.athlete, plan.questions) == plan.found


def apply(connection: Connection, plan: Plan, newcomers: Mapping[Key, Newcomer], *, now: datetime) -> None:
    """Write the pairs, the sessions whose recordings change, and what may repeat what."""
    athlete_id = save.athlete_id(connection, plan.athlete, now=now)
    _write_pairs(connection, plan.pairs, athlete_id=athlete_id)
    placed = _placed(connection, (key for group in plan.groups for key in group.keys))
    claimed = _claims(plan.groups, placed)
    _demote(connection, [one.recording_id for one in placed.values()])
    for group, session_ids in zip(plan.groups, claimed, strict=True):
        _write_group(connection, group, session_ids, placed, newcomers, athlete_id=athlete_id, now=now)
    for session_id in {one.session_id for one in placed.values()}:
        _remove_empty(connection, session_id)
    _write_flags(connection, plan.flags)


def _write_pairs(connection: Connection, pairs: Sequence[Pair], *, athlete_id: int) -> None:
    table = tables.pair
    for pair in pairs:
        keys = {"a_sha256": pair.a.sha256, "a_start_utc": pair.a.start, "b_sha256": pair.b.sha256, "b_start_utc": pair.b.start}
        connection.execute(delete(table).where(*(table.c[name] == value for name, value in keys.items())))
        if pair.verdict is not None or pair.decision is not None:
            said = {"verdict": pair.verdict, "reason": rows.clean(pair.reason), "shift_s": pair.shift_s}
            decided = {"decision": pair.decision, "decided_utc": pair.decided}
            connection.execute(insert(table), {"athlete_id": athlete_id, **keys, **said, **decided})


def _placed(connection: Connection, keys: Iterable[Key]) -> dict[Key, _Placed]:
    """Find recordings; those that are not stored are left out."""
    recording, source = tables.recording, tables.source_file
    asked = set(keys)
    statement = (
        select(source.c.sha256, recording.c.start_utc, recording.c.id, recording.c.session_id, recording.c.is_primary)
        .join(recording, recording.c.source_id == source.c.id)
        .where(source.c.sha256.in_(bindparam("shas", expanding=True)))
    )
    found = connection.execute(statement, {"shas": sorted({key.sha256 for key in asked})}) if asked else ()
    every = {Key(row[0], row[1]): _Placed(row[2], row[3], row[4]) for row in found}
    return {key: place for key, place in every.items() if key in asked}


def _claims(groups: Sequence[Group], placed: Mapping[Key, _Placed]) -> list[list[int]]:
    """Give the sessions that each group goes on with: those whose primary recording it has, the lowest number first."""
    mine = ([placed[key] for key in group.keys if key in placed] for group in groups)
    return [sorted({one.session_id for one in members if one.is_primary}) for members in mine]


def _demote(connection: Connection, recording_ids: Sequence[int]) -> None:
    table = tables.recording
    if recording_ids:
        connection.execute(update(table).where(table.c.id.in_(recording_ids)).values(is_primary=False))


def _write_group(
    connection: Connection,
    group: Group,
    session_ids: Sequence[int],
    placed: Mapping[Key, _Placed],
    newcomers: Mapping[Key, Newcomer],
    *,
    athlete_id: int,
    now: datetime,
) -> None:
    row = _session_row(connection, group.session, athlete_id=athlete_id)
    session_id = session_ids[0] if session_ids else save.add_session(connection, row)
    for key in group.keys:
        if key in placed:
            recording_id = placed[key].recording_id
        else:
            new = newcomers[key]
            source_id = connection.execute(select(tables.source_file.c.id).where(tables.source_file.c.sha256 == key.sha256)).scalar_one()
            recording_id = save.add_recording(
                connection, new.session.activity, new.packed, session_id=session_id, source_id=source_id, is_primary=False
            )
        supplies = group.supplies[key]
        values = {
            "session_id": session_id,
            "is_primary": key == group.keys[0],
            "clock_shift_s": group.shifts_s[key],
            "supplies": None if supplies is None else list(supplies),
        }
        connection.execute(update(tables.recording).where(tables.recording.c.id == recording_id).values(**values))
    _move_labels(connection, group, session_id, claimed=session_ids, placed=placed)
    if session_ids:
        connection.execute(update(tables.session).where(tables.session.c.id == session_id).values(**row))
    replace_segments(connection, session_id, rows.segment_rows(group.session.segments, session_id=session_id))
    for key in group.keys:
        if key in newcomers:
            _bring_labels(connection, session_id, newcomers[key].session, key, athlete_id=athlete_id, now=now)


def _session_row(connection: Connection, session: Session, *, athlete_id: int) -> rows.Row:
    baseline = session.baseline
    baseline_id = None if baseline is None else save.baseline_id_of(connection, baseline, athlete_id=athlete_id)
    return {**rows.session_row(session, athlete_id=athlete_id), **judged.judged_row(session, baseline_id=baseline_id)}


def _move_labels(connection: Connection, group: Group, session_id: int, *, claimed: Sequence[int], placed: Mapping[Key, _Placed]) -> None:
    """Take along what was said: all of the sessions that become this one; of one that falls apart, what was said about these files."""
    label = tables.label
    left = {placed[key].session_id for key in group.keys if key in placed} - set(claimed)
    moved: list[Any] = [label.c.session_id.in_(claimed[1:])] if len(claimed) > 1 else []
    if left:
        shas = sorted({key.sha256 for key in group.keys})
        moved.append(label.c.session_id.in_(sorted(left)) & label.c.sha256.in_(shas))
    for rule in moved:
        connection.execute(update(label).where(rule).values(session_id=session_id))


def _bring_labels(connection: Connection, session_id: int, session: Session, key: Key, *, athlete_id: int, now: datetime) -> None:
    """Let the labels that wait for a new recording come home, and keep the rule for laps that it was imported with."""
    labels.bring_home(connection, session_id, athlete_id=athlete_id, sha256=key.sha256, start=key.start)
    known = lap_word(labels.of_session(connection, session_id))
    rule = session.lap_rule
    if rule is not None and rule != known and not (rule.is_kept and known is not None):
        labels.add(connection, session_id, [rule], now=now)


def _remove_empty(connection: Connection, session_id: int) -> None:
    recording, session = tables.recording, tables.session
    is_told = select(recording.c.id).where(recording.c.session_id == session_id).exists()
    connection.execute(delete(session).where(session.c.id == session_id, ~is_told))


def _write_flags(connection: Connection, flags: Mapping[Key, Key | None]) -> None:
    """Say which session may repeat which other one."""
    table = tables.session
    placed = _placed(connection, {key for pair in flags.items() for key in pair if key is not None})
    for key, other in flags.items():
        repeats = None if other is None else placed[other].session_id
        is_other = table.c.possible_duplicate_of.is_distinct_from(repeats)
        connection.execute(update(table).where(table.c.id == placed[key].session_id, is_other).values(possible_duplicate_of=repeats))
