"""An explanation in the terminal: picture, kinds of evidence, a table of nats, the reasons, what follows.

Conventions: a terminal gets lines of its own width; a pipe gets whole sentences, and a picture of `_PIPE_COLUMNS`.
Columns of nats that are zero throughout are left out.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from importer.detect import calibration as cal
from importer.detect.account import Account, Channel
from importer.reports.efforts import effort_text, efforts
from importer.reports.explanation import Explanation, Stretch, gait_sum
from importer.reports.lines import backward_line
from importer.reports.picture import ASCII, UNICODE, Row, Style, picture_text
from importer.reports.session_page import headline
from importer.reports.table import table_text
from importer.reports.words import clock, number, plain
from importer.values.session import Basis, Direction

if TYPE_CHECKING:
    from importer.store import SegmentRecord

#: width of a picture where there is no terminal, characters
_PIPE_COLUMNS: Final = 80
#: what stands before a sentence about a kind of evidence, characters
_NAME_WIDTH: Final = 15
_NAMES: Final = {
    Channel.WORDS: "your words",
    Channel.PRIOR: "how rare",
    Channel.CADENCE: "cadence",
    Channel.SPEED: "speed",
    Channel.HEART_RATE: "heart rate",
    Channel.WALKING: "lost signals",
    Channel.CONTACT_TIME: "contact time",
    Channel.SET: "set",
    Channel.FACING: "facing",
}
#: headings of the table, shorter
_HEADINGS: Final = {
    **_NAMES,
    Channel.WORDS: "words",
    Channel.PRIOR: "rare",
    Channel.HEART_RATE: "heart",
    Channel.WALKING: "lost",
    Channel.CONTACT_TIME: "contact",
}
#: columns before the nats, of which so many are aligned left; those that a narrow terminal can do without
_MEASURED: Final = ("stretch", "direction", "by", "m/s", "spm", "usual")
_N_LEFT: Final = 3
_FIRST_TO_GO: Final = ("m/s", "usual", "spm")
_LEGEND: Final = (
    "nats are log odds for backward: 0 says nothing, +3 is twenty to one for it, -3 against. usual: your forward cadence at that speed"
    " and grade. sum: what gait comes to, with how rare it is."
)


def explanation_text(explanation: Explanation, *, columns: int | None, style: Style | None = None) -> str:
    """Write an explanation.

    Parameters
    ----------
    columns : of the terminal; None in a pipe, whose lines are not broken.
    style : characters of the picture; those that stdout can show where None.
    """
    blocks: tuple[Sequence[str], ...] = (
        [headline(explanation.record), *(f"  {sentence}" for sentence in _tagged(explanation))],
        [_picture(explanation, columns=columns or _PIPE_COLUMNS, style=style or shown_style())],
        [f"{_NAMES[channel]:<{_NAME_WIDTH}}{sentence}" for channel, sentence in explanation.channels],
        [*_table(explanation, columns=columns)],
        [*_reasons(explanation), *_considered(explanation.considered)],
        explanation.verdict,
    )
    return "\n\n".join("\n".join(_fitted(part, columns) for part in block) for block in blocks if block)


def shown_style() -> Style:
    """Give the characters that stdout can show: an encoding without bars gets ASCII."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "".join(UNICODE).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def _tagged(explanation: Explanation) -> Iterator[str]:
    """What was tagged, in the sport's terms; and whether it would be tagged so today."""
    record = explanation.record
    yield backward_line(record, with_hint=False, n_efforts=0)
    start_s, end_s = explanation.bounds
    for effort in efforts(record.segments):
        if any(one.end_s > start_s and one.start_s < end_s for one in effort.segments):
            yield effort_text(effort)
    if not explanation.is_current:
        yield "judged anew it would be tagged otherwise: see `retro-import retag --dry-run`; the evidence below is today's"
    # why nothing can be told stands at the end, where the eye rests
    yield from (plain(finding) for finding in record.findings if finding != explanation.seen.found.cannot_tell)


def _picture(explanation: Explanation, *, columns: int, style: Style) -> str:
    grid, found = explanation.seen.found.grid, explanation.seen.found
    moves = np.where(grid["is_moving"] > 0, 0.0, np.nan)
    rows = [
        Row("speed", grid["speed_7s_mps"] + moves, "m/s", 1, 0.5),
        Row("cadence", grid["cadence_7s_spm"] + moves, "spm", 0, 16.0),
        Row("heart rate", grid.column("heart_rate_bpm"), "bpm", 0, 20.0),
    ]
    if found.cannot_tell is None:
        is_run = grid["cadence_7s_spm"] > cal.GAIT_BORDER_SPM
        excess = 100 * np.where(is_run, grid["excess_run_ratio"], grid["excess_walk_ratio"])
        rows.insert(2, Row("over usual", excess + moves, "% spm", 0, 1.0, (-5.0, 15.0)))
    slope = grid["slope_ratio"] + moves
    if np.nanmax(np.abs(slope), initial=0.0) >= cal.HILL_GRADE_RATIO:
        rows.append(Row("grade", 100 * slope, "%", 0, 6.0))
    if "p_facing_backward" in grid:
        rows.append(Row("facing back", 100 * grid["p_facing_backward"], "%", 0, 1.0, (0.0, 100.0)))
    start_s, end_s = explanation.bounds
    if end_s <= start_s:
        return "an empty session: nothing to draw"
    return picture_text(rows, explanation.record.segments, start_s=start_s, end_s=end_s, columns=columns, style=style)


def _table(explanation: Explanation, *, columns: int | None) -> Iterator[str]:
    """The stretches with what was measured and what each kind of evidence says, and how to read it."""
    accounts = [stretch.account for stretch in explanation.stretches]
    shown = [channel for channel in Channel if any(round(account.nats[channel], 1) for account in accounts)]
    has_sum = any(account.p_gait is not None for account in accounts)
    header = [*_MEASURED, *(_HEADINGS[channel] for channel in shown), *(["sum"] if has_sum else [])]
    rows = [[*_measured(stretch), *_nats(stretch.account, shown, has_sum=has_sum)] for stretch in explanation.stretches]
    kept = _kept(header, rows, columns=columns)
    right = [i for i, at in enumerate(kept) if at >= _N_LEFT]
    yield table_text([header[at] for at in kept], [[row[at] for at in kept] for row in rows], right=right)
    if shown:
        yield _LEGEND


def _kept(header: Sequence[str], rows: Sequence[Sequence[str]], *, columns: int | None) -> list[int]:
    """Choose the columns that fit: on a narrow terminal the nats count more than what was measured."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    kept = list(range(len(header)))
    for name in _FIRST_TO_GO:
        if columns is None or sum(widths[at] + 1 for at in kept) - 1 <= columns:
            break
        kept.remove(_MEASURED.index(name))
    return kept


def _measured(stretch: Stretch) -> tuple[str, ...]:
    segment, account = stretch.segment, stretch.account
    sure = "" if segment.confidence is None else f" {segment.confidence:.0%}"
    return (
        f"{clock(stretch.start_s)}-{clock(stretch.end_s)}",
        _direction(segment),
        "" if segment.basis is Basis.NONE else f"{segment.basis}{sure}",
        number(account.speed_mps, 1),
        number(account.cadence_spm),
        number(account.expected_spm),
    )


def _nats(account: Account, shown: Sequence[Channel], *, has_sum: bool) -> list[str]:
    cells = ["0" if not round(account.nats[channel], 1) else f"{account.nats[channel]:+.1f}" for channel in shown]
    if not has_sum:
        return cells
    return [*cells, "-" if account.p_gait is None else f"{gait_sum(account):+.1f}"]


def _direction(segment: SegmentRecord) -> str:
    return f"{segment.direction}?" if segment.standing == "suggested" else str(segment.direction)


def _reasons(explanation: Explanation) -> Iterator[str]:
    """Why each stretch is tagged so; forward and still ones by gait only once for each reason."""
    quiet: dict[str, int] = {}
    for stretch in explanation.stretches:
        segment, reason = stretch.segment, "; ".join(stretch.segment.why)
        if reason == explanation.seen.found.cannot_tell:
            continue
        if segment.direction in (Direction.FORWARD, Direction.STILL) and segment.basis is Basis.GAIT:
            words = f"{segment.direction}: {reason}"
            quiet[words] = quiet.get(words, 0) + 1
            continue
        beside = "" if segment.direction is Direction.FORWARD else _beside(stretch.account)
        yield plain(f"{clock(stretch.start_s)}-{clock(stretch.end_s)}  {_direction(segment)}: {reason}{beside}")
    for words, n in quiet.items():
        yield plain(f"{n} {'stretch' if n == 1 else 'stretches'} {words}")


def _beside(account: Account) -> str:
    """What was seen beside cadence, where it counts."""
    parts = []
    if account.heart_excess_bpm is not None:
        parts.append(f"heart rate {account.heart_excess_bpm:+.0f} bpm against forward at that speed")
    if account.contact_ratio is not None:
        parts.append(f"contact time {account.contact_ratio:.0%} of your forward one")
    if account.nats[Channel.WALKING]:
        parts.append("the watch took you for walking")
    return f"; {'; '.join(parts)}" if parts else ""


def _considered(accounts: Sequence[Account]) -> Iterator[str]:
    """Stretches that stood out and were left forward."""
    for account in accounts[:3]:
        seen = "" if account.excess_ratio is None else f"cadence {account.excess_ratio:+.0%}, "
        yield (
            f"{clock(account.first)}-{clock(account.last)}  stood out, left forward: {seen}backward with {account.p_gait or 0.0:.0%}"
            f" only (nats {gait_sum(account):+.1f})"
        )
    if len(accounts) > 3:
        yield f"{len(accounts) - 3} more stood out and were left forward"


def _fitted(text: str, columns: int | None) -> str:
    """Break sentences between words, indented under their own beginning; pictures and tables fit already."""
    if columns is None or "\n" in text or len(text) <= columns:
        return text
    indent = len(text) - len(text.lstrip()) + 2
    head = next((name for name in _NAMES.values() if text.startswith(f"{name:<{_NAME_WIDTH}}")), None)
    return textwrap.fill(
        text,
        columns,
        subsequent_indent=" " * (_NAME_WIDTH if head is not None else indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
