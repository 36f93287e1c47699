"""A labels file that was written or changed after its activity was stored: its sessions judged anew with it.

Conventions: the spans of the file take the place of those that a file of its name gave before, and stand above those of other names;
all else that was said stays. Where they are the same, nothing happens: once is enough. A labels file that is gone takes nothing away.
The result is what an import of both at once makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from importer.errors import DatabaseBusyError, StoreError
from importer.linking.imports import TRIES, too_busy
from importer.values.activity import Place

if TYPE_CHECKING:
    from importer.readers.companions import Labels
    from importer.store import SessionRecord, Store
    from importer.store.records import RecordedWords

#: the first word of the notes about a labels file (`detect.sidecar`)
_NOTE: Final = "labels: "


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What became of a labels file: the sessions that were judged anew, as they are now, and notes for the user."""

    sessions: tuple[SessionRecord, ...] = ()
    notes: tuple[str, ...] = ()


def relabel(store: Store, sha256: str, labels: Labels, *, now: datetime, is_dry: bool = False) -> Relabelled:
    """Judge the sessions of a stored file anew, where its labels file says something else than what is stored.

    Parameters
    ----------
    sha256 : of the activity file.
    is_dry : write nothing, and give the sessions as they would be.

    Raises
    ------
    DatabaseBusyError : others wrote all the time.
    """
    new = changed(store, sha256, labels)
    done: list[SessionRecord] = []
    notes = list(dict.fromkeys(note for one in new for note in one.notes if note.startswith(_NOTE)))
    for session_id in dict.fromkeys(one.session_id for one in new):
        mine = [one for one in new if one.session_id == session_id]
        try:
            done.append(_rejudged(store, session_id, mine, now=now, is_dry=is_dry))
        except DatabaseBusyError:
            raise
        except StoreError as error:  # its samples are damaged: nothing is wrong with the labels
            notes.append(f"{_NOTE}{labels.name} was not used: {error}")
    return Relabelled(tuple(done), tuple(notes))


def changed(store: Store, sha256: str, labels: Labels) -> tuple[RecordedWords, ...]:
    """Give the words of the recordings for which a labels file says something else than what is stored, as they would be."""
    from importer.detect.sidecar import label_texts
    from importer.store.rows import clean

    kept = store.words_of(sha256)
    if not kept:
        return ()
    # times count from the start of the file's first session, be it deleted since
    stones = store.tombstones(sha256)
    gone = [] if stones is None else [start for start in stones.starts if start < kept[0].start]
    sessions = [*((start, 0.0) for start in gone[:1]), *((one.start, one.elapsed_s) for one in kept)]
    texts, notes = label_texts(sessions, name=labels.name, data=labels.data)
    new = []
    for i, (one, spans) in enumerate(zip(kept, texts[len(sessions) - len(kept) :], strict=True)):
        said = tuple(text._replace(text=clean(text.text)) for text in spans)
        theirs = tuple(text for text in one.texts if text.place is Place.SIDECAR)
        mine = tuple(text for text in theirs if text.text.startswith(clean(f"{labels.name}: ")))
        if mine != said:
            rest = tuple(text for text in one.texts if text.place is not Place.SIDECAR)
            others = tuple(text for text in theirs if text not in mine)
            told = tuple(note for note in one.notes if not note.startswith(_NOTE))
            new.append(one._replace(texts=(*rest, *said, *others), notes=(*told, *(notes if i == 0 else ()))))
    return tuple(new)


def _rejudged(store: Store, session_id: int, words: Sequence[RecordedWords], *, now: datetime, is_dry: bool) -> SessionRecord:
    from importer.detect.judgement import judge
    from importer.knowledge import known_now
    from importer.linking.settling import whole

    texts = {one.recording_id: one.texts for one in words}
    for _ in range(TRIES):  # somebody may link the session meanwhile
        before, (activity, recordings) = store.session(session_id), whole(store, session_id, texts=texts)
        session = judge(activity, known_now(store, session_id, start=before.start))
        if is_dry:
            from importer.store.preview import judged_preview

            return replace(judged_preview(before, session), texts=activity.texts)
        after = store.retag(session_id, session, words=words, now=now, recordings=recordings)
        if after is not None:
            return after
    raise too_busy(store)
