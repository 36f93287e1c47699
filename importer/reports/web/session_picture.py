"""One session as a picture: the figures of its page, drawn without a browser.

Conventions: on a light ground, wide enough for a slide; the colours are those of the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from importer.errors import UsageError
from importer.linking.settling import whole
from importer.reports.questions.facts import Units
from importer.reports.web import ground, library
from importer.reports.web.palette import LIGHT, painted
from importer.reports.web.samples import Drawn, drawn, points, way_points
from importer.reports.web.timeline import timeline
from importer.reports.words import local_start, place, plain

if TYPE_CHECKING:
    from importer.store import SessionRecord, Store

_WIDTH: Final = 860
_SCALE: Final = 1.5


def session_png(store: Store, session_id: int, *, units: Units) -> bytes:
    """Draw a session: (a PNG file).

    Raises
    ------
    UsageError : the library that draws is not there, or nothing was measured that could be drawn.
    StoreError : there is no such session, or its samples are damaged.
    """
    record = store.session(session_id)
    seen = drawn(whole(store, session_id).activity, record.segments)
    spec = picture(record, seen, units=units)
    if not spec["vconcat"]:
        raise UsageError(
            f"session {session_id}: nothing to draw (found no speed, cadence, heart rate or position):"
            f" `retro-import show {session_id}` has what there is"
        )
    return library.png(painted(spec, LIGHT), scale=_SCALE)


def picture(record: SessionRecord, seen: Drawn, *, units: Units) -> dict[str, Any]:
    """Give the spec of a session's picture, data included; colours are still named by what they mean."""
    whats = {what for _, _, what, _ in seen.spans}
    spec = timeline(tuple(seen.signals), whats=whats, length_s=record.elapsed_s, units=units, width=_WIDTH)
    title = f"{local_start(record.start, record.utc_offset_s)}, {place(str(record.environment), record.sport)}"
    spec["title"] = {"text": plain(f"Session {record.id}: {title}"), "anchor": "start", "fontSize": 15, "offset": 12}
    spec["datasets"] = {
        "points": points(seen),
        "spans": [{"start": start_s, "end": end_s, "what": what} for start_s, end_s, what, _ in seen.spans],
    }
    rows = way_points(seen)
    if rows:
        drawing = ground.fitted(ground.way(units), rows, whats=whats, room=_WIDTH)
        spec["vconcat"].append({key: drawing[key] for key in ("data", "width", "height", "layer")} | {"view": {"stroke": None}})
        spec["datasets"] |= drawing["datasets"]
        apart = dict.fromkeys(("color", "strokeDash"), "independent")
        spec["resolve"] = {"scale": {"x": "independent", "y": "independent", **apart}, "legend": apart}
    return spec
