"""``retro-import verify``: is what the program reads what the well-known library reads?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from importer.cli.output import say

if TYPE_CHECKING:
    from importer.errors import ReadError
    from importer.readers.verify import Verdict

#: characters of a difference in the table; --json has all of it
_LONGEST_DIFFERENCE: Final = 100


class _Checked(NamedTuple):
    """One payload by its name, and its verdict, or why it could not even be opened."""

    path: str
    verdict: Verdict | None
    error: ReadError | None


@click.command("verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--json", "is_json", is_flag=True, help="One JSON object for each file, a line each.")
def verify_command(*, files: tuple[Path, ...], is_json: bool) -> int:
    """Compare what this program reads with what the well-known library reads, value by value.

    FIT is compared with fitparse, GPX with gpxpy; TCX has no second reader and is only read. Nothing is written, and no database is
    needed. Exit status 0 where all agree or the difference is a known one, 3 where a file differs or cannot be read.
    """
    from importer.payloads import walk

    missing = [path for path in files if not path.exists()]
    for path in missing:
        click.echo(f"retro-import: {path}: does not exist: check the path", err=True)
    status = 4 if missing else 0
    for path in walk([path for path in files if path not in missing]):
        for checked in _check(path):
            click.echo(json.dumps(_as_json(checked), allow_nan=False)) if is_json else say(_as_text(checked))
            if status == 0 and (checked.verdict is None or not checked.verdict.judgement.is_fine):
                status = 3
    return status


def _check(path: Path) -> Iterator[_Checked]:
    """Read a file and verify each payload in it."""
    from importer.payloads import Unread, payloads
    from importer.readers.verify import verify

    for item in payloads(path):
        if isinstance(item, Unread):
            yield _Checked(item.source.label, None, item.error)
        else:
            yield _Checked(item.source.label, verify(item.data), None)


def _as_json(checked: _Checked) -> dict[str, object]:
    verdict, error = checked.verdict, _error(checked.error)
    if verdict is None:
        said: dict[str, object] = {"judgement": "unreadable", "format": None, "library": None, "known": [], "error": error}
        return {"path": checked.path, **said, "library_error": None, "fields": []}
    return {
        "path": checked.path,
        "judgement": str(verdict.judgement),
        "format": verdict.format,
        "library": verdict.library,
        "known": list(verdict.known),
        "error": _error(verdict.error),
        "library_error": _error(verdict.library_error),
        "fields": [field._asdict() for field in verdict.fields],
    }


def _error(error: ReadError | None) -> dict[str, object] | None:
    return None if error is None else {"code": error.code, "message": error.message, "offset": getattr(error, "offset", None)}


def _as_text(checked: _Checked) -> str:
    """Say the verdict in a line, then field by field what agrees."""
    from importer.reports.words import plain

    verdict = checked.verdict
    if verdict is None:
        return plain(f"{checked.path}: cannot be read: {'' if checked.error is None else checked.error.message}")
    lines = [plain(f"{checked.path}: {_sentence(verdict)}")]
    if verdict.fields:
        from importer.reports.table import table_text

        rows = [(f.name, f"{f.n_equal:,}", f"{f.n_total:,}", plain(f.first_difference)[:_LONGEST_DIFFERENCE]) for f in verdict.fields]
        lines.append(table_text(("field", "equal", "of", "first difference"), rows, right=(1, 2)))
    return "\n".join(lines)


def _sentence(verdict: Verdict) -> str:
    names = ", ".join(verdict.known)
    ours = "" if verdict.error is None else verdict.error.message
    theirs = "" if verdict.library_error is None else verdict.library_error.reason
    match str(verdict.judgement):
        case "equal":
            return f"all {sum(field.n_total for field in verdict.fields):,} values equal {verdict.library}'s"
        case "known-difference":
            return f"a known difference ({names})" + (f": {theirs}" if theirs else "")
        case "read-only":
            return "was read; there is no second reader for TCX to compare with"
        case "skipped":
            return f"both readers agree: {ours}" if verdict.library else ours
        case "unreadable":
            return f"cannot be read: {ours}"
        case _:
            said = [f"this program: {ours or 'reads it'}", f"{verdict.library}: {theirs or 'reads it'}"] if ours or theirs else []
            return "; ".join([f"differs from {verdict.library}", *said])
