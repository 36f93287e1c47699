"""Sessions of one synthetic runner over some weeks, imported into a store without files.

Conventions: session `i` starts i days after `DAY_ONE`; its SHA-256 is made of its number. Repetitions stand in odd sessions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from importer.detect.judgement import judge
from importer.knowledge import Asker
from importer.store import SessionRecord, SourceInfo, Store
from importer.values.activity import Activity, Lap
from importer.values.session import Direction, LapWord
from tests.support.activities import run
from tests.support.databases import NOW
from tests.support.runner import Block, Runner

DAY_ONE = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
RUNNER = Runner(offset_spm=6.0, ratio_run=1.11)
_FORWARD = Block(720, 2.7)
_SET = (Block(35, 1.7, direction=Direction.BACKWARD), Block(75, 2.6))


@cache
def activity(number: int) -> Activity:
    """Give the recording of one day: odd ones hold four backward repetitions, even ones none; each has six laps."""
    plan = (_FORWARD, *(_SET * 4 if number % 2 else (Block(440, 2.6),)), Block(120, 2.5))
    length_s = float(sum(block.duration_s for block in plan))
    laps = tuple(Lap(length_s * i / 6, length_s * (i + 1) / 6, trigger="manual") for i in range(6))
    return run(plan, seed=100 + number, runner=RUNNER, start=DAY_ONE + timedelta(days=number), laps=laps)


def sha256(number: int) -> str:
    return f"{number + 1:064x}"


def keep(
    store: Store, number: int, *, athlete: str = "me", lap_rule: LapWord | None = None, now: datetime = NOW, again: bool = False
) -> SessionRecord:
    """Import the session of one day as the program does."""
    batch = store.start_batch(command="import", now=now)
    source = SourceInfo(path=f"day-{number}.fit", sha256=sha256(number), size_bytes=1, format="fit")
    (known,) = Asker(store, athlete=athlete, sha256=source.sha256, lap_rule=lap_rule)([activity(number).start])
    saved = store.save(source, [judge(activity(number), known)], batch_id=batch, athlete=athlete, now=now, again=again)
    return saved.sessions[0]


def of_day(store: Store, number: int) -> SessionRecord:
    """Give the stored session of one day."""
    found = store.find_source(sha256(number))
    assert found is not None
    return store.session(found.sessions[0].id)


def tags(store: Store, url: str) -> Mapping[str, Any]:
    """Give all that is known and told of the sessions, by file and without the numbers of rows."""
    engine = sa.create_engine(url)
    query = (
        "SELECT f.sha256, s.judged_by, b.digest FROM session AS s JOIN recording AS r ON r.session_id = s.id"
        " JOIN source_file AS f ON f.id = r.source_id LEFT JOIN baseline AS b ON b.id = s.baseline_id"
    )
    with engine.connect() as connection:
        judged = {row[0]: (row[1], row[2]) for row in connection.exec_driver_sql(query)}
    engine.dispose()
    normals = {record.id: record.normal for record in store.judged()}
    return {
        record.sha256: (
            judged[record.sha256],
            normals[record.id],
            record.findings,
            [(label.start_s, label.end_s, label.kind, label.direction, label.rule) for label in store.labels(record.id)],
            [tuple(getattr(one, name) for name in one.__dataclass_fields__ if name != "id") for one in record.segments],
        )
        for record in store.sessions(with_segments=True)
    }
