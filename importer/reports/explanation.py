"""How the tags of a session are known: the facts behind `explain`, drawn up anew from the stored samples.

Conventions: everything is judged by what the session was judged by: its own baseline, the runner's labels, his rule for the laps.
Nats are log odds for "backward", one number for each kind of evidence (`detect/account.py`).
`explanation_page` writes these facts for people, `explanation_json` for programs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from importer.detect.account import GAIT_CHANNELS, Account, Accountant, Channel
from importer.detect.judgement import rule_of
from importer.detect.tagging import Trace, trace
from importer.reports.as_json import session_json
from importer.reports.channel_words import channel_sentences
from importer.reports.verdict import verdict_sentences
from importer.store.records import lap_word, spans

if TYPE_CHECKING:
    from importer.store import SegmentRecord, SessionRecord
    from importer.store.records import LabelRecord
    from importer.values.activity import Activity
    from importer.values.session import Baseline


class Stretch(NamedTuple):
    """A part of the session that is explained; `segment` is what it was tagged as."""

    start_s: float
    end_s: float
    segment: SegmentRecord
    account: Account


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """All that `explain` tells.

    `stretches` are the segments within `bounds`, cut to them; `considered` are stretches that stood out and were left forward, the most
    probable first. `channels` says of each kind of evidence what it had to go by. `verdict` says why nothing was tagged, or what to do.
    `is_current` is False where judging the session anew would give other tags than those that are stored.
    """

    record: SessionRecord
    bounds: tuple[float, float]
    seen: Trace
    p_prior: float
    stretches: tuple[Stretch, ...]
    considered: tuple[Account, ...]
    channels: tuple[tuple[Channel, str], ...]
    verdict: tuple[str, ...]
    is_current: bool


def explain(
    record: SessionRecord,
    activity: Activity,
    *,
    baseline: Baseline | None = None,
    labels: Sequence[LabelRecord] = (),
    bounds: tuple[float, float] | None = None,
) -> Explanation:
    """Draw up how a session, or a stretch of it, came to its tags.

    Parameters
    ----------
    baseline : what the session was judged by.
    labels : what the runner said about it, in that order.
    bounds : s; the whole session where None.
    """
    word = lap_word(labels)
    if word is not None and word.is_kept and not activity.laps:
        word = None
    seen = trace(activity, baseline=baseline, lap_rule=rule_of(word), labels=spans(labels))
    accountant = Accountant(seen)
    start_s, end_s = bounds or (0.0, activity.elapsed_s)
    end_s = min(end_s, activity.elapsed_s)
    stretches = tuple(
        _stretch(accountant, one, start_s, end_s, is_asked=bounds is not None)
        for one in record.segments
        if one.end_s > start_s and one.start_s < end_s
    )
    considered = tuple(
        accountant.account(bout.first, bout.last) for bout in accountant.left_forward() if bout.last > start_s and bout.first < end_s
    )
    return Explanation(
        record=record,
        bounds=(start_s, end_s),
        seen=seen,
        p_prior=accountant.prior,
        stretches=stretches,
        considered=considered,
        channels=tuple(channel_sentences(seen, activity, accountant)),
        verdict=tuple(verdict_sentences(record, seen, [(one.segment, one.account) for one in stretches], considered)),
        is_current=_tags(seen.session.segments) == _tags(record.segments),
    )


def _stretch(accountant: Accountant, segment: SegmentRecord, start_s: float, end_s: float, *, is_asked: bool) -> Stretch:
    cut = max(segment.start_s, start_s), min(segment.end_s, end_s)
    return Stretch(*cut, segment, accountant.account(*accountant.rows(*cut), with_others=is_asked))


def _tags(segments: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(one.start_s, one.end_s, one.direction, one.basis, one.standing) for one in segments]


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Give the same facts as an object; what was not weighed says 0 nats, what was not measured is null."""
    found, record = explanation.seen.found, explanation.record
    about = {name: cell for name, cell in session_json(record).items() if name != "segments"}
    baseline = explanation.seen.session.baseline
    return {
        **about,
        "bounds": [round(edge, 3) for edge in explanation.bounds],
        "is_current": explanation.is_current,
        "n_earlier_sessions": 0 if baseline is None else baseline.n_sessions,
        "p_prior": round(explanation.p_prior, 4),
        "p_session": round(found.p_session, 4) if found.cannot_tell is None else None,
        "cannot_tell": found.cannot_tell,
        "channels": {str(channel): sentence for channel, sentence in explanation.channels},
        "verdict": list(explanation.verdict),
        "stretches": [_stretch_json(one) for one in explanation.stretches],
        "considered": [{"start_s": float(one.first), "end_s": float(one.last), **_account_json(one)} for one in explanation.considered],
    }


def _stretch_json(stretch: Stretch) -> dict[str, Any]:
    segment = stretch.segment
    return {
        "start_s": round(stretch.start_s, 3),
        "end_s": round(stretch.end_s, 3),
        "segment": {"start_s": round(segment.start_s, 3), "end_s": round(segment.end_s, 3)},
        "direction": str(segment.direction),
        "basis": str(segment.basis),
        "standing": str(segment.standing),
        "confidence": None if segment.confidence is None else round(segment.confidence, 3),
        "why": list(segment.why),
        **_account_json(stretch.account),
    }


def _account_json(account: Account) -> dict[str, Any]:
    measured = {
        "speed_mps": 3,
        "cadence_spm": 1,
        "expected_spm": 1,
        "excess_ratio": 4,
        "grade_ratio": 4,
        "heart_excess_bpm": 1,
        "contact_ratio": 3,
        "p_gait": 4,
        "p_facing": 4,
    }
    out: dict[str, Any] = {name: _rounded(getattr(account, name), digits) for name, digits in measured.items()}
    out["nats"] = {str(channel): round(account.nats[channel], 2) for channel in Channel}
    out["gait_nats"] = round(gait_sum(account), 2) if account.p_gait is not None else None
    return out


def gait_sum(account: Account) -> float:
    """Give gait's log odds for backward: what its channels add up to."""
    return math.fsum(account.nats[channel] for channel in GAIT_CHANNELS)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
