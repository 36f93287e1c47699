"""Plans: what recordings make which sessions, from what the database says, and what each session then is.

Conventions: the answer depends on the recordings and the user's decisions alone, never on the order in which they came. Every two
recordings are compared in the order of their keys. A plan is written only where the database still says what it was made of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.errors import DatabaseBusyError, StoreError
from importer.store.kin_records import APART, CANDIDATE, SAME, TOGETHER, Group, Key, Kin, Member, Pair, Plan, Question, pair_of
from importer.store.records import lap_word, spans

if TYPE_CHECKING:
    from importer.store import SourceInfo, Store
    from importer.values.activity import Activity
    from importer.values.session import LapWord, Session

#: stored recordings that a new one is compared with. Assumption: nobody has more copies of one run; a folder of hundreds of recordings of
#: one moment would otherwise cost the square of its number
MOST_COMPARED: Final = 20


def keys_of(source: SourceInfo, sessions: Sequence[Session]) -> tuple[Key, ...]:
    """Give the keys of a file's recordings."""
    return tuple(Key(source.sha256 or "", session.activity.start) for session in sessions)


def plan_of(store: Store, source: SourceInfo, sessions: Sequence[Session], *, athlete: str) -> Plan:
    """Find out what the recordings of a file have to do with those that are stored."""
    from importer.identity.rules import FARTHEST_S

    keys = keys_of(source, sessions)
    questions = tuple(Question(key, FARTHEST_S) for key in keys)
    found = store.kin(athlete, questions)
    plan = Plan(athlete, questions, found)
    if not found.members:
        return plan
    new = tuple(_newcomer(key, session.activity, source) for key, session in zip(keys, sessions, strict=True))
    pairs = _compared(store, new, found)
    if not pairs and not any(pair.a in keys or pair.b in keys for pair in found.pairs):
        return plan
    try:
        return arranged(store, plan, new=dict(zip(keys, zip(new, sessions, strict=True), strict=True)), pairs=pairs)
    except DatabaseBusyError:
        raise
    except StoreError:  # a stored recording is damaged: the new one is stored all the same, and `settle` links them once it can
        return plan._replace(pairs=pairs)


def _newcomer(key: Key, activity: Activity, source: SourceInfo) -> Member:
    return Member(key=key, activity=activity, n_channels=len(activity.columns) + 1, n_samples=len(activity), path=source.label)


def _compared(store: Store, new: Sequence[Member], found: Kin) -> tuple[Pair, ...]:
    """Compare new recordings with those near them; the samples of these are loaded only where start and length go together."""
    pairs = []
    for one in new:
        likely = _likely(one, found.members)
        for other in found.members:
            if one.key.sha256 == other.key.sha256:
                continue
            known = pair_of(one.key, other.key, found.pairs)
            if other.key in likely:
                try:
                    pairs.append(_pair(store, one, other, known))
                except DatabaseBusyError:
                    raise
                except StoreError:  # it is damaged, which is no fault of the new one
                    continue
            elif known is not None and known.verdict is not None:
                pairs.append(known._replace(verdict=None))
    return tuple(pair for pair in pairs if pair.verdict is not None or pair.decision is not None)


def _likely(one: Member, others: Sequence[Member]) -> frozenset[Key]:
    """Give the recordings that may be of the same session, at most `MOST_COMPARED`: the exact ones first, then the nearest."""
    from importer.identity.rules import is_copy, is_exact, near

    ranked = []
    for other in others:
        if one.key.sha256 == other.key.sha256:
            continue
        exact = is_exact(one.activity, other.activity) or is_copy(one.activity, other.activity)
        if exact or near(one.activity, other.activity) is not None:
            apart_s = abs((one.activity.start - other.activity.start).total_seconds())
            ranked.append((not exact, apart_s + abs(one.activity.elapsed_s - other.activity.elapsed_s), other.key))
    return frozenset(key for _, _, key in sorted(ranked)[:MOST_COMPARED])


def _pair(store: Store, one: Member, other: Member, known: Pair | None) -> Pair:
    """Compare two recordings, always in the order of their keys, so that the answer is the same whichever came first."""
    from importer.identity.compare import CHANNELS, compare

    a, b = (one, other) if one.key < other.key else (other, one)
    first, second = (
        member.activity if not member.recording_id else store.load_recording(member.recording_id, channels=CHANNELS) for member in (a, b)
    )
    likeness = compare(first, second)
    verdict = likeness.verdict.value if likeness.verdict.value in (SAME, CANDIDATE) else None
    if known is None or known.decision is None:
        return Pair(a.key, b.key, verdict, likeness.reason, likeness.shift_s)
    # what the user linked keeps the clocks that he linked it by, unless they are known better
    is_guess = known.decision == TOGETHER and verdict != SAME
    return known._replace(verdict=verdict, reason=likeness.reason, shift_s=known.shift_s if is_guess else likeness.shift_s)


def arranged(
    store: Store, plan: Plan, *, new: Mapping[Key, tuple[Member, Session]], pairs: Sequence[Pair], again: Key | None = None
) -> Plan:
    """Complete a plan: group all recordings by all pairs, and judge the sessions whose recordings change, and the one that has `again`."""
    changed = {(pair.a, pair.b): pair for pair in pairs}
    every = {**{(pair.a, pair.b): pair for pair in plan.found.pairs}, **changed}
    members = {member.key: member for member in (*plan.found.members, *(one for one, _ in new.values()))}
    known = [every[keys] for keys in sorted(every) if keys[0] in members and keys[1] in members]
    groups = grouped(members, known)
    n_groups = count_groups(groups, members)
    written = tuple(
        _judged(store, group, members, new, athlete=plan.athlete)
        for group in groups
        if again in group.keys or is_changed(group, members, n_groups, new)
    )
    return plan._replace(pairs=tuple(pairs), groups=written, flags=flags_of(groups, members, known))


def count_groups(groups: Sequence[Clocked], members: Mapping[Key, Member]) -> Mapping[int, int]:
    """Count the groups that hold recordings of each stored session."""
    return Counter(number for group in groups for number in {members[key].session_id for key in group.keys})


class Clocked(NamedTuple):
    """Recordings of one session, the primary one first, and what is added to their clocks to get its."""

    keys: tuple[Key, ...]
    shifts_s: Mapping[Key, float]


def grouped(members: Mapping[Key, Member], pairs: Sequence[Pair]) -> tuple[Clocked, ...]:
    """Give the sessions that recordings make: what belongs together, but never what the user keeps apart."""
    from importer.identity.groups import clocks, group

    said = {key for pair in pairs if pair.decision == TOGETHER for key in (pair.a, pair.b)}
    copies = {key for key, member in members.items() if member.activity.device.is_export} - said

    def strength(pair: Pair) -> tuple[bool, bool, Key, Key]:
        return pair.decision != TOGETHER, not copies.isdisjoint((pair.a, pair.b)), pair.a, pair.b

    bonds = sorted((pair for pair in pairs if pair.is_bond), key=strength)
    apart = {frozenset((pair.a, pair.b)) for pair in pairs if pair.decision == APART}

    def are_apart(one: Key, other: Key) -> bool:
        return one.sha256 == other.sha256 or frozenset((one, other)) in apart

    shifts_s = {(pair.a, pair.b): pair.shift_s for pair in bonds}
    found = []
    for keys in group(sorted(members), [(pair.a, pair.b) for pair in bonds], are_apart=are_apart, copies=copies):
        by_worth = ordered(keys, members)
        found.append(Clocked(by_worth, clocks(by_worth[0], by_worth, shifts_s)))
    return tuple(found)


def ordered(keys: Sequence[Key], members: Mapping[Key, Member]) -> tuple[Key, ...]:
    """Order recordings by their worth, the primary one first."""
    from importer.identity.rules import Weighed, by_richness

    weighed = [Weighed(key, members[key].activity, members[key].n_channels, members[key].n_samples) for key in keys]
    return tuple(keys[i] for i in by_richness(weighed))


def is_changed(
    group: Clocked, members: Mapping[Key, Member], n_groups: Mapping[int, int], new: Mapping[Key, tuple[Member, Session]]
) -> bool:
    """Say whether the session of a group has to be written anew. A new recording that stays alone is stored as it is.

    Parameters
    ----------
    n_groups : stored session to the number of groups that hold recordings of it.
    """
    if any(key in new for key in group.keys):
        return len(group.keys) > 1
    session_ids = {members[key].session_id for key in group.keys}
    if len(session_ids) > 1 or n_groups[next(iter(session_ids))] > 1:
        return True
    first = group.keys[0]
    if any(members[key].is_primary != (key == first) or members[key].clock_shift_s != group.shifts_s[key] for key in group.keys):
        return True
    return any((members[key].supplies is None) != (len(group.keys) == 1) for key in group.keys)


def _judged(
    store: Store, group: Clocked, members: Mapping[Key, Member], new: Mapping[Key, tuple[Member, Session]], *, athlete: str
) -> Group:
    """Combine the recordings of a session, and judge it by all that is known of it."""
    from importer.detect.judgement import judge
    from importer.detect.known import known_of
    from importer.detect.teachers import N_LESSONS, N_RECENT
    from importer.identity.combine import Part, combine

    parts = [
        Part(members[key].activity if key in new else store.load_recording(members[key].recording_id), group.shifts_s[key])
        for key in group.keys
    ]
    activity, supplies = combine(parts)
    session_ids = sorted({members[key].session_id for key in group.keys if members[key].session_id})
    shifts_s = {key.sha256: group.shifts_s[key] for key in group.keys}
    coming = [key for key in group.keys if key in new]
    labels = store.labels_of(session_ids, coming=coming, athlete=athlete, start=activity.start, shifts_s=shifts_s)
    past = store.past(athlete, start=activity.start, sha256="", n_recent=N_RECENT, n_lessons=N_LESSONS)
    own = {store.session(number).start.timestamp() for number in session_ids}
    normals = [normal for normal in past.normals if normal.start_utc_s not in own]
    word = _lap_rule(lap_word(labels), [new[key][1].lap_rule for key in coming])
    share = past.backward_sessions_share
    known = known_of(normals, start=activity.start, labels=spans(labels), lap_rule=word, backward_sessions_share=share)
    session = judge(activity, known)
    is_alone = len(group.keys) == 1
    given = {key: None if is_alone else names for key, names in zip(group.keys, supplies, strict=True)}
    return Group(group.keys, group.shifts_s, given, session)


def _lap_rule(known: LapWord | None, coming: Sequence[LapWord | None]) -> LapWord | None:
    """Give the rule that holds: what was said with a new file; else what was said before; else what is kept for the athlete."""
    given = [word for word in coming if word is not None]
    return next((word for word in given if not word.is_kept), known or next(iter(given), None))


def flags_of(groups: Sequence[Clocked], members: Mapping[Key, Member], pairs: Sequence[Pair]) -> dict[Key, Key | None]:
    """Say which session may repeat which other one: the poorer one points to the richest that is asked about."""
    first = {key: group.keys[0] for group in groups for key in group.keys}
    asked: dict[Key, set[Key]] = {group.keys[0]: set() for group in groups}
    for pair in pairs:
        a, b = first[pair.a], first[pair.b]
        if pair.is_open and a != b:
            asked[a].add(b)
            asked[b].add(a)
    flags: dict[Key, Key | None] = {}
    for key, others in asked.items():
        order = ordered((key, *sorted(others)), members)
        flags[key] = order[0] if order[0] != key else None
    return flags
