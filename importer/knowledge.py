"""What the database knows of a session, as detection takes it: the runner's earlier sessions, his labels, his rule for the laps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from importer.detect.known import Known, fingerprint, known_of
from importer.detect.teachers import N_LESSONS, N_RECENT, joined
from importer.store.records import Said, lap_word, spans
from importer.values.activity import Device
from importer.values.session import Label, LapWord, Normal

if TYPE_CHECKING:
    from importer.store import Store
    from importer.store.athlete_records import DeviceRule
    from importer.underway import Turn


class Question(NamedTuple):
    """What a reader asks: what is known of the sessions of a file that start at these times, recorded by these devices?"""

    starts: tuple[datetime, ...]
    devices: tuple[Device, ...] = ()


class Lesson(NamedTuple):
    """What a reader says and asks next: his file's sessions teach this, each its own; what is known of each now?"""

    normals: tuple[Normal | None, ...]


class Ask(Protocol):
    """Asks what is known of the sessions of a file: first by their starts and devices, then by what they teach themselves."""

    def __call__(self, starts: Sequence[datetime], devices: Sequence[Device], /) -> tuple[Known, ...]: ...

    def again(self, normals: Sequence[Normal | None], /) -> tuple[Known, ...]: ...


class Asker:
    """The questions that a reader asks once it has read a file; after the first one it is known whose the file is.

    Parameters
    ----------
    store : the database; without one nothing is known.
    athlete : whose the file is, unless a device says otherwise.
    by_device : let the athletes' rules for devices decide, where one fits.
    sha256 : of the file.
    lap_rule : what the user says of the laps now; it stands over what was said before.
    turn : the file's turn where others are under way; then the first answer leaves out what earlier sessions teach.
    """

    def __init__(
        self,
        store: Store | None,
        *,
        athlete: str,
        sha256: str | None,
        lap_rule: LapWord | None,
        by_device: bool = False,
        turn: Turn | None = None,
    ) -> None:
        self.athlete = athlete
        #: the rule that decided whose the file is, None where none did
        self.rule: DeviceRule | None = None
        self._store = store
        self._sha256 = sha256
        self._lap_rule = lap_rule
        self._by_device = by_device
        self._turn = turn
        self._starts: tuple[datetime, ...] = ()
        self._known: tuple[Known, ...] = ()

    def __call__(self, starts: Sequence[datetime], devices: Sequence[Device] = (), /) -> tuple[Known, ...]:
        if self._by_device and self._store is not None:
            self._choose(self._store, devices)
        self._starts = tuple(starts)
        self._known = tuple(self._of(start, is_taught=self._turn is None) for start in starts)
        return self._known

    def again(self, normals: Sequence[Normal | None], /) -> tuple[Known, ...]:
        """Give what is known once it is known what the file's own sessions teach."""
        more = tuple(normal for normal in normals if normal is not None)
        if self._turn is not None:
            self._turn.post(self.athlete, more)
            more = self._turn.heard(self.athlete)
        elif len(self._starts) == 1:
            return self._known
        # what is under way is looked at before the database: what is stored in between is found in both, and in neither never
        return tuple(self._of(start, more=more) for start in self._starts)

    def leave(self) -> None:
        """Say that the file is stored, or will not be."""
        if self._turn is not None:
            self._turn.leave()

    def _choose(self, store: Store, devices: Sequence[Device]) -> None:
        from importer.store.athlete_records import rule_for

        rules = store.device_rules()
        fitting = (rule for rule in (rule_for(rules, device) for device in devices) if rule is not None)
        self.rule = next(fitting, None)
        if self.rule is not None:
            self.athlete = self.rule.athlete

    def _of(self, start: datetime, *, more: Sequence[Normal] = (), is_taught: bool = True) -> Known:
        if self._store is None or self._sha256 is None:
            return Known(lap_rule=self._lap_rule)
        n_recent, n_lessons = (N_RECENT, N_LESSONS) if is_taught else (0, 0)
        past = self._store.past(self.athlete, start=start, sha256=self._sha256, n_recent=n_recent, n_lessons=n_lessons)
        stored = {fingerprint(normal) for normal in past.normals} if more else set()
        new = tuple(normal for normal in more if fingerprint(normal) not in stored)
        normals = joined(past.normals, new, start_utc_s=start.timestamp())
        word = self._lap_rule or lap_word(past.labels)
        if word is None and past.kept_rule is not None:
            word = LapWord(past.kept_rule, is_kept=True)
        share = past.backward_sessions_share
        return known_of(normals, start=start, labels=spans(past.labels), lap_rule=word, backward_sessions_share=share)


def known_now(store: Store, session_id: int, *, start: datetime, said: Sequence[Said] = (), unsaid: Collection[int] = ()) -> Known:
    """Give what is known of a stored session, with what the runner says now and without the labels that he takes back."""
    past = store.past_of(session_id, n_recent=N_RECENT, n_lessons=N_LESSONS)
    kept = tuple(label for label in past.labels if label.id not in unsaid)
    labels = (*spans(kept), *(one for one in said if isinstance(one, Label)))
    word = next((one for one in reversed(said) if isinstance(one, LapWord)), None) or lap_word(kept)
    share = past.backward_sessions_share
    return known_of(past.normals, start=start, labels=labels, lap_rule=word, backward_sessions_share=share)
