"""What the database knows of a session, as detection takes it: the runner's earlier sessions, his labels, his rule for the laps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from importer.detect.known import Known, known_of
from importer.detect.teachers import N_LESSONS, N_RECENT
from importer.store.records import Said, lap_word, spans
from importer.values.activity import Device
from importer.values.session import Label, LapWord

if TYPE_CHECKING:
    from importer.store import Store
    from importer.store.athlete_records import DeviceRule


class Question(NamedTuple):
    """What a reader asks: what is known of the sessions of a file that start at these times, recorded by these devices?"""

    starts: tuple[datetime, ...]
    devices: tuple[Device, ...] = ()


class Ask(Protocol):
    """Asks, by the starts and the devices of a file's sessions, what is known of each."""

    def __call__(self, starts: Sequence[datetime], devices: Sequence[Device] = (), /) -> tuple[Known, ...]: ...


class Asker:
    """The question that a reader asks once it has read a file; afterwards it is known whose the file is.

    Parameters
    ----------
    store : the database; without one nothing is known.
    athlete : whose the file is, unless a device says otherwise.
    by_device : let the athletes' rules for devices decide, where one fits.
    sha256 : of the file.
    lap_rule : what the user says of the laps now; it stands over what was said before.
    """

    def __init__(self, store: Store | None, *, athlete: str, sha256: str | None, lap_rule: LapWord | None, by_device: bool = False) -> None:
        self.athlete = athlete
        #: the rule that decided whose the file is, None where none did
        self.rule: DeviceRule | None = None
        self._store = store
        self._sha256 = sha256
        self._lap_rule = lap_rule
        self._by_device = by_device

    def __call__(self, starts: Sequence[datetime], devices: Sequence[Device] = (), /) -> tuple[Known, ...]:
        if self._by_device and self._store is not None:
            self._choose(self._store, devices)
        return tuple(_known(self._store, start, athlete=self.athlete, sha256=self._sha256, lap_rule=self._lap_rule) for start in starts)

    def _choose(self, store: Store, devices: Sequence[Device]) -> None:
        from importer.store.athlete_records import rule_for

        rules = store.device_rules()
        fitting = (rule for rule in (rule_for(rules, device) for device in devices) if rule is not None)
        self.rule = next(fitting, None)
        if self.rule is not None:
            self.athlete = self.rule.athlete


def _known(store: Store | None, start: datetime, *, athlete: str, sha256: str | None, lap_rule: LapWord | None) -> Known:
    if store is None or sha256 is None:
        return Known(lap_rule=lap_rule)
    past = store.past(athlete, start=start, sha256=sha256, n_recent=N_RECENT, n_lessons=N_LESSONS)
    word = lap_rule or lap_word(past.labels)
    if word is None and past.kept_rule is not None:
        word = LapWord(past.kept_rule, is_kept=True)
    share = past.backward_sessions_share
    return known_of(past.normals, start=start, labels=spans(past.labels), lap_rule=word, backward_sessions_share=share)


def known_now(store: Store, session_id: int, *, start: datetime, said: Sequence[Said] = ()) -> Known:
    """Give what is known of a stored session, with what the runner says now."""
    past = store.past_of(session_id, n_recent=N_RECENT, n_lessons=N_LESSONS)
    labels = (*spans(past.labels), *(one for one in said if isinstance(one, Label)))
    word = next((one for one in reversed(said) if isinstance(one, LapWord)), None) or lap_word(past.labels)
    share = past.backward_sessions_share
    return known_of(past.normals, start=start, labels=labels, lap_rule=word, backward_sessions_share=share)
