"""What follows from an explanation: why nothing was tagged, or what the runner can do about what was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from importer.detect import calibration as cal
from importer.detect.account import Account, Channel
from importer.reports.words import clock
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.detect.tagging import Trace
    from importer.store import SegmentRecord, SessionRecord


def verdict_sentences(
    record: SessionRecord, seen: Trace, stretches: Sequence[tuple[SegmentRecord, Account]], considered: Sequence[Account]
) -> Iterator[str]:
    """Give the sentences, the most useful first.

    Parameters
    ----------
    stretches : the segments that are explained, with their accounts.
    considered : stretches that stood out and were left forward, the most probable first.
    """
    backward = [segment for segment, _ in stretches if segment.direction is Direction.BACKWARD]
    if not backward:
        yield from _why_nothing(seen, stretches, considered)
    n = sum(segment.standing is Standing.SUGGESTED for segment in backward)
    if n:
        which = "that one suggestion" if n == 1 else f"these {n} suggestions"
        yield f"to answer {which}: `retro-import confirm {record.id}`, or `retro-import reject {record.id}`; either teaches your own gait"
    if any(segment.direction is not Direction.BACKWARD for segment, _ in stretches):
        yield f"if you know better: `retro-import tag {record.id} START-END backward`, or forward; nothing overrules it"


def _why_nothing(seen: Trace, stretches: Sequence[tuple[SegmentRecord, Account]], considered: Sequence[Account]) -> Iterator[str]:
    """Say why nothing was tagged backward."""
    found = seen.found
    if found.cannot_tell is not None:
        yield f"nothing was tagged: {found.cannot_tell}"
        return
    probable = [account for segment, account in stretches if segment.direction is Direction.UNKNOWN and account.p_gait is not None]
    nearest = max((*probable, *considered), key=lambda account: account.p_gait or 0.0, default=None)
    if nearest is None and len(stretches) == 1 and stretches[0][1].p_gait is not None:
        nearest = stretches[0][1]
    if nearest is None or nearest.p_gait is None:
        yield "nothing was tagged: no stretch stood out from your forward movement"
        return
    span = f"{clock(nearest.first)}-{clock(nearest.last)}"
    seen_there = "" if nearest.excess_ratio is None else f": cadence {nearest.excess_ratio:+.0%} against your usual one"
    yield (
        f"nothing was tagged: {span} is nearest to it with {nearest.p_gait:.0%}, and {cal.SUGGEST_P:.0%} are needed{seen_there}"
        f"{_held_back(nearest)}"
    )


def _held_back(account: Account) -> str:
    """Name what spoke against it, beside the prior."""
    names = {
        Channel.CADENCE: "cadence",
        Channel.SPEED: "speed",
        Channel.HEART_RATE: "heart rate",
        Channel.CONTACT_TIME: "contact time",
        Channel.SET: "the other stretches",
    }
    against = [name for channel, name in names.items() if account.nats[channel] <= -0.5]
    if against:
        return f"; {' and '.join(against)} {'speaks' if len(against) == 1 else 'speak'} against it"
    return "; one stretch alone looks like a drill or a hill: three alike would say more"
