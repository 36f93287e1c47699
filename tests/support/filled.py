"""Databases filled with described sessions for tests of reports, and what was described, for a recomputation by brute force."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from importer.reports.questions.facts import Asked
from importer.store import Store, open_store
from importer.values.session import Direction, Standing
from tests.support.many_sessions import Part, SessionSpec, store_sessions


@cache
def _empty() -> bytes:
    """Give an empty database: making one takes longer than filling it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_store(str(path)).close()
        return path.read_bytes()


@contextmanager
def filled(specs: Sequence[SessionSpec] = ()) -> Iterator[Store]:
    """Give a store of some sessions, gone afterwards."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "a.db"
        path.write_bytes(_empty())
        with open_store(str(path)) as store:
            if specs:
                store_sessions(store, specs)
            yield store
    finally:
        shutil.rmtree(folder)


class Told(NamedTuple):
    """A backward part as it was described."""

    spec: SessionSpec
    part: Part
    day: date

    @property
    def week(self) -> str:
        return str(self.day - timedelta(days=self.day.weekday()))

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"


def day_of(spec: SessionSpec) -> date:
    return (spec.start + timedelta(seconds=spec.utc_offset_s or 0)).date()


def is_asked(spec: SessionSpec, asked: Asked) -> bool:
    day = day_of(spec)
    return (
        (asked.since is None or day >= asked.since)
        and (asked.until is None or day <= asked.until)
        and asked.athlete in (None, spec.athlete)
        and asked.place in (None, str(spec.environment))
    )


def backward_parts(specs: Iterable[SessionSpec], asked: Asked) -> list[Told]:
    """Give the backward parts of what was asked."""
    return [
        Told(spec, part, day_of(spec))
        for spec in specs
        if is_asked(spec, asked)
        for part in spec.parts
        if part.direction is Direction.BACKWARD and asked.gait in (None, part.gait)
    ]


def counts(part: Part, asked: Asked) -> bool:
    return asked.is_all or part.standing is Standing.ACCEPTED


def weighted(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """Give the mean of (value, seconds)."""
    known = [(value, seconds) for value, seconds in pairs if value is not None]
    return sum(value * seconds for value, seconds in known) / sum(seconds for _, seconds in known) if known else None


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)


def parted(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
