"""``retro-import evaluate``: how well do the tags agree with what the runner really did?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from importer.cli.output import say
from importer.errors import ReadError, RetroImportError, TruthFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importer.detect.laprule import LapRule
    from importer.evaluate.scores import Scores
    from importer.evaluate.truth import TrueSpan
    from importer.values.activity import Activity


class _Told(NamedTuple):
    """An activity, and what was really done in it."""

    path: Path
    activity: Activity
    truth: tuple[TrueSpan, ...]


class _MissingError(RetroImportError):
    """A file, or its truth, is not there."""

    exit_status = 4


@click.command("evaluate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--history", is_flag=True, help="Judge each session by what the earlier ones among these files teach. Default: each is a first one."
)
@click.option(
    "--laps", "lap_text", metavar="RULE", help='Laps run backward, in every file: "2,4,6", "2-6", "5-", even, odd, alternate or all.'
)
@click.option(
    "--collar",
    "collar_s",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="How far the borders of an event may be off, seconds. Default: 5.",
)
@click.option("--json", "is_json", is_flag=True, help="One JSON object for each file, a line each, and one for all of them.")
def evaluate_command(*, files: tuple[Path, ...], history: bool, lap_text: str | None, collar_s: float | None, is_json: bool) -> int:
    """Score the tags of files against the truth that lies beside each, as NAME.truth.csv.

    A truth file has the columns start_s, end_s (seconds since the start, pauses included) and direction. In a folder, files without one
    are passed over. Nothing is written, and no database is needed. Exit status 0 where every file was scored.
    """
    from importer.detect.laprule import parse_lap_rule
    from importer.evaluate.spans import COLLAR_S

    rule = None if lap_text is None else parse_lap_rule(lap_text)
    told, problems = _read_all(files)
    for problem in problems:
        click.echo(f"retro-import: {problem}", err=True)
    rows = _score(told, rule=rule, collar_s=COLLAR_S if collar_s is None else collar_s, has_history=history)
    if rows:
        _print(rows, is_json=is_json)
    statuses = {problem.exit_status for problem in problems}
    return next((status for status in (1, 6, 5, 4, 3) if status in statuses), 0)


def _read_all(files: Sequence[Path]) -> tuple[list[_Told], list[RetroImportError]]:
    """Read every file with its truth; say what cannot be scored."""
    told: list[_Told] = []
    problems: list[RetroImportError] = []
    n_passed = 0
    for path, is_named in _walk(files):
        try:
            told.append(_read(path))
        except _MissingError as problem:
            n_passed += not is_named
            problems += [problem] if is_named else []
        except RetroImportError as problem:
            problems.append(problem)
    if n_passed:
        click.echo(f"{n_passed} {'file' if n_passed == 1 else 'files'} without truth passed over", err=True)
    if not told and not problems:
        problems.append(_MissingError("no file with its truth beside it: write NAME.truth.csv beside each file"))
    return told, problems


def _walk(files: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Give every file, and whether it was named itself."""
    from importer.payloads import walk

    for path in files:
        is_folder = path.is_dir()
        yield from ((one, not is_folder) for one in walk([path]))


def _read(path: Path) -> _Told:
    """Read a file and its truth; the truth first, as a file without one is not read at all."""
    from importer.evaluate.truth import parse_truth

    if not path.exists():
        raise _MissingError(f"{path}: does not exist: check the path")
    beside = _truth_path(path)
    if not beside.exists():
        raise _MissingError(f"{path}: has no truth beside it: write {beside.name}")
    try:
        text = beside.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TruthFileError("is not UTF-8", path=str(beside), remedy="save it as UTF-8") from error
    except OSError as error:
        raise TruthFileError(f"cannot be read ({error.strerror})", path=str(beside), remedy="check the file and its permissions") from error
    truth = parse_truth(text, path=str(beside))
    activities = _activities(path)
    if len(activities) != 1:
        reason = f"the file it belongs to holds {len(activities)} activities (expected 1)"
        raise TruthFileError(reason, path=str(beside), remedy="split the file, with a truth file for each")
    return _Told(path, activities[0], truth)


def _truth_path(path: Path) -> Path:
    """``run.fit.gz`` -> ``run.truth.csv``."""
    from importer.payloads import SUFFIXES

    name = path.name
    ending = max((one for one in SUFFIXES if name.casefold().endswith(one)), key=len, default=path.suffix)
    return path.with_name(f"{name[: len(name) - len(ending)]}.truth.csv")


def _activities(path: Path) -> list[Activity]:
    """Read every activity of a file."""
    from importer.payloads import read_payload
    from importer.readers.containers import unpack
    from importer.readers.registry import read_activities

    activities: list[Activity] = []
    try:
        for member in unpack(read_payload(path)):
            if isinstance(member, ReadError):
                raise member
            activities.extend(read_activities(member.data))
    except ReadError as error:
        error.path = str(path)
        raise
    return activities


def _score(told: Sequence[_Told], *, rule: LapRule | None, collar_s: float, has_history: bool) -> list[tuple[str, Scores]]:
    """Tag and score, in the order of the files; with a history in the order of time."""
    from importer.detect.history import learn
    from importer.detect.tagging import tag
    from importer.evaluate.scores import evaluate

    normals = [normal for one in told if has_history and (normal := tag(one.activity, lap_rule=rule).normal) is not None]
    rows = []
    for one in told:
        baseline = learn(normals, until=one.activity.start) if has_history else None
        session = tag(one.activity, baseline=baseline, lap_rule=rule)
        rows.append((str(one.path), evaluate(one.truth, session.segments, collar_s=collar_s)))
    return rows


def _print(rows: list[tuple[str, Scores]], *, is_json: bool) -> None:
    from importer.evaluate.scores import pool
    from importer.reports.evaluation import scores_json, scores_text

    total = pool([scores for _, scores in rows])
    if not is_json:
        say(scores_text(rows, total))
        return
    for path, scores in rows:
        click.echo(json.dumps({"path": path, "n_files": 1, **scores_json(scores)}, allow_nan=False))
    click.echo(json.dumps({"path": None, "n_files": len(rows), **scores_json(total)}, allow_nan=False))
