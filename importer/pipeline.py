"""The spine: one file in, one outcome for it and for each member of an archive.

    bytes -> payloads -> (known?) -> activities -> tagged sessions -> one transaction

Conventions: a failing file is an outcome, never a crash of the batch; the database decides what is known, by the SHA-256 of the
payload after decompression. `prepare` is the part that touches foreign bytes: it runs in the program for a single file and in
a worker process for a folder (`sandbox`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from importer.errors import InternalError, ReadError, StoreError
from importer.payloads import Payload, Unread, payloads
from importer.store.records import SourceInfo

if TYPE_CHECKING:
    from importer.detect.laprule import LapRule
    from importer.knowledge import Ask, Asker
    from importer.linking.imports import Linked
    from importer.linking.updating import Replaced
    from importer.store import SessionRecord, Store
    from importer.store.athlete_records import DeviceRule
    from importer.store.records import Tombstones
    from importer.underway import Turn, Underway
    from importer.values.session import Session


class Outcome(StrEnum):
    IMPORTED = "imported"
    KNOWN = "known"
    LINKED = "linked"
    SKIPPED = "skipped"
    FAILED = "failed"


class Problem(NamedTuple):
    """Why a file was not stored: a stable code, a sentence with the remedy, the byte where it shows."""

    code: str
    message: str
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one file, or of one member of an archive (path ``a.zip!member``)."""

    source: SourceInfo
    outcome: Outcome
    batch: int | None = None
    error: Problem | None = None
    notes: tuple[str, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()
    #: the rule for devices that decided whose they are, None where none did
    rule: DeviceRule | None = None
    #: sessions in which the file took the place of others
    replaced: tuple[Replaced, ...] = ()
    #: numbers of the sessions of a known file that its labels file, written or changed since, has judged anew
    relabelled: tuple[int, ...] = ()

    @property
    def path(self) -> str:
        """The file as the user named it."""
        return self.source.label


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read and tagged; all of it travels to the worker processes."""

    athlete: str = "me"
    lap_rule: LapRule | None = None
    strict: bool = False
    #: also take what was deleted
    again: bool = False
    #: let the athletes' rules for devices stand over `athlete`
    by_device: bool = False
    #: let a better source of a stored recording take its place
    update: bool = False


class Prepared(NamedTuple):
    """Sessions ready to be stored, or why there are none."""

    sessions: tuple[Session, ...] = ()
    error: ReadError | None = None


class Preparer(Protocol):
    """Decodes and tags payloads, somewhere. Answers in any order are fine: `result` waits for the one asked for.

    `ask` is answered in the program's own process: only there is the database.
    """

    def submit(self, payload: Payload, options: Options, ask: Ask) -> Callable[[], Prepared]: ...

    @property
    def in_flight(self) -> int: ...


class InProcess:
    """Decodes in the program's own process: the quickest start, for a single file."""

    in_flight = 1

    def submit(self, payload: Payload, options: Options, ask: Ask) -> Callable[[], Prepared]:
        return lambda: prepare(payload, options, ask)


def load() -> None:
    """Import what `prepare` needs, so that the first file does not wait for it."""
    import importer.detect.judgement
    import importer.readers.fit.activity
    import importer.readers.fit.profile
    import importer.readers.registry  # noqa: F401


def prepare(payload: Payload, options: Options, ask: Ask) -> Prepared:
    """Decode one payload, ask what is known of its sessions, and tag them.

    Whatever is wrong with the bytes comes back as `Prepared.error`.
    """
    from importer.detect.judgement import begin, judge, lesson  # numpy: 100 ms that a known file does not need
    from importer.readers.registry import read_activities

    try:
        activities = read_activities(payload.data, strict=options.strict)
        if payload.beside is not None:
            from importer.beside import add_beside

            activities = add_beside(activities, payload.beside)
        known = ask([activity.start for activity in activities], [activity.device for activity in activities])
        begun = [begin(*one) for one in zip(activities, known, strict=True)]
        known = ask.again([lesson(one) for one in begun])
        return Prepared(tuple(judge(*one) for one in zip(activities, known, begun, strict=True)))
    except ReadError as error:
        return Prepared(error=error)
    except StoreError:  # the question could not be answered: nothing is wrong with the file
        raise
    except Exception as error:  # noqa: BLE001 - a bug of ours costs this file and not the batch; the exit status says that it is one
        reason = f"a fault of this program, not of the file ({type(error).__name__}: {error})"
        return Prepared(error=InternalError(reason, remedy="please report it with the file"))


def import_files(
    files: Sequence[Path] | Iterator[Path],
    store: Store | None,
    *,
    options: Options,
    preparer: Preparer,
    batch_id: int | None = None,
    is_dry: bool = False,
    read: Callable[[Path], bytes] | None = None,
) -> Iterator[ImportResult]:
    """Import files one after the other and give their outcomes in order.

    Decoding runs ahead of storing by as many files as `preparer` takes at once; storing is one transaction for each file.
    With `is_dry`, or without a store, nothing is written. `read` gives the bytes of a file where they are not to be read here.
    """
    from importer.beside import FolderShelf
    from importer.readers.companions import Companions
    from importer.underway import Underway

    companions = Companions(FolderShelf())
    underway = Underway() if preparer.in_flight > 1 else None
    waiting: list[Callable[[], ImportResult]] = []
    for path in files:
        for item in payloads(path, companions=companions, read=read):
            waiting.append(_begin(item, store, options=options, preparer=preparer, underway=underway, batch_id=batch_id, is_dry=is_dry))
            while len(waiting) > preparer.in_flight:
                yield waiting.pop(0)()
    while waiting:
        yield waiting.pop(0)()


def _begin(
    item: Payload | Unread,
    store: Store | None,
    *,
    options: Options,
    preparer: Preparer,
    underway: Underway | None,
    batch_id: int | None,
    is_dry: bool,
) -> Callable[[], ImportResult]:
    """Start work on a payload and give the call that ends it."""
    if isinstance(item, Unread):
        failed = _refusal(item.source, item.error)
        return lambda: _keep_failure(failed, store, batch_id=batch_id, is_dry=is_dry)
    payload = item
    known = _known(payload, store, batch_id=batch_id)
    if known is not None:
        if options.lap_rule is not None:
            rule = options.lap_rule.text
            commands = ", ".join(f"`retro-import tag {session.id} --laps {rule}`" for session in known.sessions)
            known = replace(known, notes=(*known.notes, f"your lap rule was not used, as the file is stored already (use {commands})"))
        stored, is_dry = known, is_dry or batch_id is None
        return lambda: _updated(_relabelled(stored, payload, store, is_dry=is_dry), None if is_dry else store, options=options, before={})
    stones = None if store is None or options.again else store.tombstones(payload.source.sha256 or "")
    if stones is not None and stones.is_whole_file:
        deleted = _deleted(payload, stones, batch_id=batch_id)
        return lambda: deleted
    asker = _asker(payload, store, options, turn=None if underway is None else underway.enter())
    prepared = preparer.submit(payload.with_beside(), options, asker)

    def end() -> ImportResult:
        try:
            return stored_as(prepared())
        finally:
            asker.leave()

    def stored_as(sessions: Prepared) -> ImportResult:
        left = sessions if stones is None else _without(sessions, stones)
        if stones is not None and left.error is None and not left.sessions:
            return _deleted(payload, stones, batch_id=batch_id)
        before: Mapping[int, SessionRecord] = {}
        if options.update and store is not None:
            from importer.linking.updating import near

            before = near(store, [session.activity.start for session in left.sessions], athlete=asker.athlete)
        done = _store(payload, left, store, options=replace(options, athlete=asker.athlete), batch_id=batch_id, is_dry=is_dry)
        done = done if asker.rule is None else _with_rule(done, asker.rule)
        return _updated(done, None if is_dry else store, options=options, before=before)

    return end


def _updated(result: ImportResult, store: Store | None, *, options: Options, before: Mapping[int, SessionRecord]) -> ImportResult:
    """Let the file take the place of poorer sources of its sessions, where that was asked for; `before` is how these were."""
    sha256 = result.source.sha256
    if not options.update or result.error is not None or sha256 is None:
        return result
    if store is None:
        return replace(result, notes=(*result.notes, "not-replaced: a dry run does not try --update"))
    from importer.linking.updating import update

    done = update(store, sha256, [session.id for session in result.sessions], before=before, now=datetime.now(UTC))
    found = store.find_source(sha256) if done.replaced else None
    if found is None:
        return replace(result, notes=(*result.notes, *done.kept))
    gone = [path for one in done.replaced for path in one.paths]
    left = tuple(note for note in result.notes if not any(f", as {path}: " in note for path in gone))
    return replace(result, sessions=found.sessions, replaced=done.replaced, notes=(*left, *done.kept))


def _with_rule(result: ImportResult, rule: DeviceRule) -> ImportResult:
    """Say whose a file is, where the user did not say so now."""
    return replace(result, rule=rule, notes=(f"for {rule.athlete}: device rule {rule.id} ({rule.words})", *result.notes))


def _asker(payload: Payload, store: Store | None, options: Options, *, turn: Turn | None) -> Asker:
    from importer.knowledge import Asker
    from importer.values.session import LapWord

    rule = options.lap_rule
    word = None if rule is None else LapWord(rule.text, is_kept=rule.is_kept)
    sha256, by_device = payload.source.sha256, options.by_device
    return Asker(store, athlete=options.athlete, sha256=sha256, lap_rule=word, by_device=by_device, turn=turn)


def _without(prepared: Prepared, stones: Tombstones) -> Prepared:
    """Leave out the sessions that the user deleted."""
    return prepared._replace(sessions=tuple(one for one in prepared.sessions if not stones.covers(one.activity.start)))


def _deleted(payload: Payload, stones: Tombstones, *, batch_id: int | None) -> ImportResult:
    message = f"you deleted it on {stones.deleted:%Y-%m-%d}: to have it back, import it with --again"
    return ImportResult(payload.source, Outcome.SKIPPED, batch=batch_id, error=Problem("deleted", message))


def _refusal(source: SourceInfo, error: ReadError) -> ImportResult:
    return ImportResult(
        source=source,
        outcome=Outcome.SKIPPED if error.is_skip else Outcome.FAILED,
        error=Problem(error.code, error.message, getattr(error, "offset", None)),
    )


def _known(payload: Payload, store: Store | None, *, batch_id: int | None) -> ImportResult | None:
    if store is None or payload.source.sha256 is None:
        return None
    found = store.find_source(payload.source.sha256)
    if found is None:
        return None
    label = found.path if found.member is None else f"{found.path}!{found.member}"
    better = "" if found.replaced_by is None else f", and replaced by {found.replaced_by}"
    return ImportResult(
        source=replace(payload.source, format=found.format),
        outcome=Outcome.KNOWN,
        batch=batch_id,
        notes=(f"already imported for {found.athlete} as {label}{better}",),
        sessions=found.sessions,
    )


def _relabelled(known: ImportResult, payload: Payload, store: Store | None, *, is_dry: bool) -> ImportResult:
    """Judge a stored file anew where its labels file was written or changed since."""
    labels = None if payload.look is None else payload.look.labels()
    if labels is None or store is None or payload.source.sha256 is None:
        return known
    from importer.relabel import relabel

    done = relabel(store, payload.source.sha256, labels, now=datetime.now(UTC), is_dry=is_dry)
    new = {session.id: session for session in done.sessions}
    said = (f"{labels.name} is new or changed: {'would be' if is_dry else 'was'} judged anew",) if new else ()
    sessions = tuple(new.get(session.id, session) for session in known.sessions)
    return replace(known, notes=(*known.notes, *said, *done.notes), sessions=sessions, relabelled=tuple(new))


def _store(
    payload: Payload, prepared: Prepared, store: Store | None, *, options: Options, batch_id: int | None, is_dry: bool
) -> ImportResult:
    """Put what was prepared into the database, in one transaction."""
    if prepared.error is not None:
        return _keep_failure(_refusal(payload.source, prepared.error), store, batch_id=batch_id, is_dry=is_dry)
    sessions = prepared.sessions
    source = replace(payload.source, format=sessions[0].activity.format)
    linked, records = _linked(source, sessions, store, options=options, batch_id=None if is_dry else batch_id)
    if linked is not None and linked.saved is not None and not linked.saved.is_new:  # somebody else stored the same bytes since we looked
        known = _known(payload, store, batch_id=batch_id)
        assert known is not None
        return known
    notes = tuple(note for session in sessions for note in session.activity.notes)
    if linked is None:
        return ImportResult(source=source, outcome=Outcome.IMPORTED, batch=batch_id, notes=notes, sessions=records)
    outcome = Outcome.LINKED if linked.is_linked else Outcome.IMPORTED
    return ImportResult(source=source, outcome=outcome, batch=batch_id, notes=(*notes, *linked.notes), sessions=records)


def _linked(
    source: SourceInfo, sessions: tuple[Session, ...], store: Store | None, *, options: Options, batch_id: int | None
) -> tuple[Linked | None, tuple[SessionRecord, ...]]:
    """Store sessions, linked with other recordings of them; without a batch nothing is written, without a store nothing is known."""
    if store is not None and batch_id is not None:
        from importer.linking.imports import save

        now = datetime.now(UTC)
        done = save(store, source, sessions, batch_id=batch_id, athlete=options.athlete, now=now, again=options.again)
        assert done.saved is not None
        return done, done.saved.sessions
    from importer.store.preview import preview

    linked = None
    if store is not None:
        from importer.linking.imports import preview as preview_links

        linked = preview_links(store, source, sessions, athlete=options.athlete)
        sessions = linked.sessions
    return linked, tuple(preview(source, session, athlete=options.athlete) for session in sessions)


def _keep_failure(result: ImportResult, store: Store | None, *, batch_id: int | None, is_dry: bool) -> ImportResult:
    """Write down a file that failed or was skipped."""
    result = replace(result, batch=batch_id)
    if not is_dry and store is not None and batch_id is not None and result.error is not None:
        store.record_failure(
            result.source,
            kind="skipped" if result.outcome is Outcome.SKIPPED else "failed",
            code=result.error.code,
            message=result.error.message,
            offset=result.error.offset,
            batch_id=batch_id,
            now=datetime.now(UTC),
        )
    return result
