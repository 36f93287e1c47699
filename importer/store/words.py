"""What is kept of the words of a file: the texts of each of its recordings, and the notes about them.

Conventions: texts are on the recording's own clock. Samples are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from importer.store import rows
from importer.store.core import Core
from importer.store.records import RecordedWords
from importer.store.schema_door import tables


class WordStore(Core):
    """Reads the words of stored files."""

    def words_of(self, sha256: str) -> tuple[RecordedWords, ...]:
        """Give the words of each recording of a file, in order of their starts; none where it is not stored."""
        table, source = tables.recording, tables.source_file
        columns = [table.c[name] for name in ("id", "session_id", "start_utc", "elapsed_s", "texts", "notes")]
        statement = select(*columns).join(source, source.c.id == table.c.source_id).where(source.c.sha256 == sha256)
        with self._read() as connection:
            found = connection.execute(statement.order_by(table.c.start_utc, table.c.session_ix)).mappings().all()
        return tuple(
            RecordedWords(row["id"], row["session_id"], row["start_utc"], row["elapsed_s"], rows.texts(row), tuple(row["notes"]))
            for row in found
        )


def rewrite(connection: Connection, words: Iterable[RecordedWords]) -> None:
    """Let recordings have other words."""
    table = tables.recording
    for one in words:
        new = {"texts": [rows.text_row(text) for text in one.texts], "notes": [rows.clean(note) for note in one.notes]}
        connection.execute(update(table).where(table.c.id == one.recording_id).values(**new))
