"""One session of the page: what it was, figures to be drawn, bouts, laps and evidence as tables.

Conventions: the markup holds every fact in words and tables; the figures are drawn from `data` by session.js when they are looked at.
All text out of files is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from importer.linking.settling import whole
from importer.reports.efforts import effort_text, efforts, place_in_set
from importer.reports.forms import cell, spoken
from importer.reports.lines import backward_line
from importer.reports.questions.amounts import many
from importer.reports.questions.answer import Form
from importer.reports.questions.facts import Units
from importer.reports.web.markup import attribute, sentence, text
from importer.reports.web.samples import Drawn, drawn, packed
from importer.reports.words import clock, local_start, number, place, plain
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.store import SegmentRecord, SessionRecord, Store


class SessionBlock(NamedTuple):
    """The markup of a session, and what session.js draws (None where there is nothing to draw)."""

    html: str
    data: dict[str, Any] | None


def session_block(store: Store, session_id: int, *, units: Units, is_whole: bool = False) -> SessionBlock:
    """Give a session as a part of a page, or (`is_whole`) as all there is on it: then with every stretch.

    Raises
    ------
    StoreError : there is no such session. One whose samples are damaged is given without figures.
    """
    record = store.session(session_id)
    seen, problem = _seen(store, record)
    return SessionBlock("\n".join(_markup(record, seen, problem, units=units, is_whole=is_whole)), None if seen is None else packed(seen))


def _seen(store: Store, record: SessionRecord) -> tuple[Drawn | None, str | None]:
    from importer.errors import StoreError

    try:
        return drawn(whole(store, record.id).activity, record.segments), None
    except StoreError as error:
        return None, str(error)


def _markup(record: SessionRecord, seen: Drawn | None, problem: str | None, *, units: Units, is_whole: bool) -> Iterator[str]:
    name = f"session-{record.id}"
    yield f'<h2 id="{name}-title" tabindex="-1">{_title(record)}</h2>'
    yield f'<p class="lead">{sentence(backward_line(record, with_hint=False, n_efforts=0))}</p>'
    told = [effort_text(effort) for effort in efforts(record.segments)]
    if told:
        yield f"<ul>{''.join(f'<li>{text(one)}</li>' for one in told)}</ul>"
    yield _facts(record, units)
    for finding in (*record.findings, *record.notes):
        yield f'<p class="note">{sentence(finding)}</p>'
    if problem is not None:
        yield f'<p class="note">No figures: {text(problem)}</p>'
    if seen is not None and seen.signals:
        yield _figure(name, "timeline", "Over time", timeline_alt(record, seen, units))
    if seen is not None and seen.way is not None:
        yield _figure(
            name,
            "way",
            "On the ground",
            "The way, seen from above, north up, with its start and a scale; the backward parts are drawn thick.",
        )
    yield from _bouts(record, units)
    yield from _laps(record, units)
    if is_whole:
        yield from _stretches(record, units)


def _title(record: SessionRecord) -> str:
    return text(f"Session {record.id}: {local_start(record.start, record.utc_offset_s)}, {place(str(record.environment), record.sport)}")


def _facts(record: SessionRecord, units: Units) -> str:
    device = " ".join(word for word in (record.device.manufacturer, record.device.product) if word)
    pauses = f" ({clock(record.elapsed_s)} with pauses)" if record.timer_s != record.elapsed_s else ""
    facts = {
        "time": f"{clock(record.timer_s)}{pauses}",
        "distance": spoken(record.distance_m, Form.DISTANCE, units),
        "runner": record.athlete,
        "speed measured by": str(record.speed_basis).replace("-", " "),
        "device": device,
        "file": record.path if record.member is None else f"{record.path}!{record.member}",
    }
    pairs = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in facts.items() if value)
    return f'<dl class="facts">{pairs}</dl>'


def _figure(name: str, kind: str, title: str, alt: str) -> str:
    drawing = f'class="drawing" data-session-figure="{kind}" id="{name}-{kind}" role="img" aria-label="{attribute(alt)}"'
    return f'<figure class="figure"><figcaption>{title}</figcaption><div {drawing}></div></figure>'


def timeline_alt(record: SessionRecord, seen: Drawn, units: Units) -> str:
    """Say in one sentence what the timeline shows."""
    names = {"speed": "pace", "cadence": "cadence", "heart_rate": "heart rate", "grade": "grade"}
    shown = ", ".join(names[name] for name in seen.signals)
    bouts = [one for one in record.segments if one.direction is Direction.BACKWARD]
    spans = ", ".join(f"{clock(one.start_s)} to {clock(one.end_s)}" for one in bouts[:12])
    more = f" and {len(bouts) - 12} more" if len(bouts) > 12 else ""
    length = spoken(record.distance_m, Form.DISTANCE, units)
    said = f"; shaded as backward: {spans}{more}" if bouts else "; nothing is shaded as backward"
    return f"{shown} over {clock(record.elapsed_s)} ({length}){said}. The table of stretches has the numbers."


def _bouts(record: SessionRecord, units: Units) -> Iterator[str]:
    places = place_in_set(record.segments)
    backward = [one for one in record.segments if one.direction is Direction.BACKWARD]
    pace = "pace /mi" if units is Units.IMPERIAL else "pace /km"
    header = ("from", "to", "time", "what", "gait", "by", "sure", "distance", pace, "spm", "bpm")
    if backward:
        rows = [_bout(one, places.get(one.start_s), units) for one in backward]
        yield _table("Backward bouts", header, rows)
        yield f'<details class="evidence"><summary>Evidence</summary><ul>{"".join(_why(one) for one in backward)}</ul></details>'


def _stretches(record: SessionRecord, units: Units) -> Iterator[str]:
    pace = "pace /mi" if units is Units.IMPERIAL else "pace /km"
    rows = [_stretch(one, units) for one in record.segments]
    header = ("from", "to", "direction", "gait", "by", "sure", "distance", pace, "spm", "bpm", "grade")
    yield _folded(f"All {len(rows)} stretches" if len(rows) != 1 else "The one stretch", _table("All stretches", header, rows))


def _laps(record: SessionRecord, units: Units) -> Iterator[str]:
    if record.laps:
        laps = [
            (
                str(i),
                clock(one.start_s),
                clock(one.end_s - one.start_s),
                cell(one.distance_m, Form.DISTANCE, units),
                plain(one.intensity or one.trigger or ""),
            )
            for i, one in enumerate(record.laps, start=1)
        ]
        yield _folded(
            f"{many(len(laps), 'lap')} of the device", _table("Laps of the device", ("lap", "from", "time", "distance", "kind"), laps)
        )


def _bout(one: SegmentRecord, at: tuple[int, int] | None, units: Units) -> tuple[str, ...]:
    what = "" if one.kind is None else str(one.kind).replace("-", " ")
    if what and at is not None and at[1] > 1:
        what += f" {at[0]} of {at[1]}"
    by = f"{one.basis}{'' if one.standing is Standing.ACCEPTED else ', to confirm'}"
    return (clock(one.start_s), clock(one.end_s), clock(one.end_s - one.start_s), what, str(one.gait or ""), by, *_measured(one, units))


def _stretch(one: SegmentRecord, units: Units) -> tuple[str, ...]:
    direction = f"{one.direction}?" if one.standing is Standing.SUGGESTED else str(one.direction)
    grade = "-" if one.grade_ratio is None else f"{100 * one.grade_ratio:.1f} %"
    basis = "" if one.direction is Direction.UNKNOWN else str(one.basis)
    return (clock(one.start_s), clock(one.end_s), direction, str(one.gait or ""), basis, *_measured(one, units), grade)


def _measured(one: SegmentRecord, units: Units) -> tuple[str, ...]:
    return (
        "" if one.confidence is None else f"{one.confidence:.0%}",
        cell(one.distance_m, Form.DISTANCE, units),
        cell(one.mean_speed_mps, Form.PACE, units),
        number(one.mean_cadence_spm),
        number(one.mean_heart_rate_bpm),
    )


def _why(one: SegmentRecord) -> str:
    return f"<li>{clock(one.start_s)}-{clock(one.end_s)}: {text('; '.join(one.why))}</li>"


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{text(title)}</summary>{content}</details>"


def _table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table whose first column names its rows."""
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in header)
    lines = (f'<tr><th scope="row">{text(row[0])}</th>{"".join(f"<td>{text(one)}</td>" for one in row[1:])}</tr>' for row in rows)
    region = f'<div class="scroll" role="region" aria-label="{attribute(caption)}" tabindex="0">'
    return f"{region}<table><caption>{text(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
