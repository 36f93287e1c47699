"""The Python interface to what is stored: rows for notebooks and scripts.

Conventions: a row is a dict under the names of the views (docs/sql.md) in SI units; times ending in ``_utc`` are aware datetimes, texts
ending in ``_local`` are on the runner's own clock. None is "not measured". Newest first. Backward time that is only suggested is never
counted as accepted.
A diary is open for reading alone, and every call reads anew: an import that runs meanwhile shows in the next one.

Rows go into a data frame in one line, and neither library is needed here:

>>> import pandas, polars
>>> pandas.DataFrame(diary.sessions()).shape[0] == polars.DataFrame(diary.sessions(), infer_schema_length=None).height
True
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Self

from importer.values.session import Direction

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from importer.exports.samples import Columns
    from importer.reports.questions.answer import Answer
    from importer.reports.questions.facts import Facts
    from importer.store import Store

Row = dict[str, Any]
Day = date | str | None


def open(url: str | os.PathLike[str] | None = None) -> Diary:  # noqa: A001 - `importer.open`, as one opens a file
    """Open the database for reading.

    Parameters
    ----------
    url : a file, ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``; the SQLite file in the user's data folder where None
        (the environment and the configuration file are the command line's).

    Raises
    ------
    StoreError
        There is no such database, it cannot be reached, or its tables are of another edition of the program.

    Examples
    --------
    >>> import importer
    >>> with importer.open("runs.db") as diary:
    ...     longest = max(diary.bouts(), key=lambda bout: bout["duration_s"])
    >>> longest["environment"], longest["gait"], longest["duration_s"]
    ('treadmill', 'run', 180.0)
    """
    from os import fspath

    from importer.store import open_store

    return Diary(open_store(None if url is None else fspath(url), create=False, read_only=True))


class Diary:
    """The stored sessions, open for reading; a context manager.

    Limits of all its methods: `since` and `until` are days on the runner's own clock, both included, as ``"2026-05-03"`` or a `date`;
    `athlete` is a name; `place` is treadmill, indoor, track, outdoor, elliptical or unknown; `gait` (of backward movement) is run or walk.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        if not self._is_open:
            return f"<Diary {self.url}: closed>"
        from importer.reports.words import clock

        rows = self._store.view("v_session")
        if not rows:
            return f"<Diary {self.url}: no sessions>"
        days = f"{min(row['day_local'] for row in rows)} to {max(row['day_local'] for row in rows)}"
        accepted, suggested = (clock(sum(row[f"backward_{standing}_s"] for row in rows)) for standing in ("accepted", "suggested"))
        n = f"{len(rows)} {'session' if len(rows) == 1 else 'sessions'}"
        return f"<Diary {self.url}: {n}, {days}, backward {accepted} accepted and {suggested} suggested>"

    def close(self) -> None:
        """Close the database; closing twice does no harm."""
        self._is_open = False
        self._store.close()

    @property
    def url(self) -> str:
        """The database, without a password."""
        return self._store.url

    @property
    def questions(self) -> dict[str, str]:
        """What `report` and `answer` can be asked: name to question.

        >>> diary.questions["amount"]
        'How much?'
        """
        from importer.reports.questions import QUESTIONS

        return dict(QUESTIONS)

    def sessions(
        self, *, since: Day = None, until: Day = None, athlete: str | None = None, place: str | None = None, gait: str | None = None
    ) -> list[Row]:
        """Give a row of `v_session` for each session.

        >>> [(row["day_local"], row["backward_suggested_s"]) for row in diary.sessions(place="treadmill")]
        [('2026-03-03', 451.0)]
        """
        return _plain(self._facts(since=since, until=until, athlete=athlete, place=place, gait=gait).sessions)

    def segments(
        self, *, since: Day = None, until: Day = None, athlete: str | None = None, place: str | None = None, direction: str | None = None
    ) -> list[Row]:
        """Give a row of `v_segment` for each segment; `direction` is forward, backward, still or unknown.

        >>> {row["standing"] for row in diary.segments(direction="backward", place="treadmill")}
        {'suggested'}
        """
        from importer.reports.questions.asking import check_word

        check_word("direction", direction, Direction)
        rows = self._facts(since=since, until=until, athlete=athlete, place=place).view("v_segment")
        return _plain(row for row in rows if direction is None or row["direction"] == direction)

    def bouts(
        self, *, since: Day = None, until: Day = None, athlete: str | None = None, place: str | None = None, gait: str | None = None
    ) -> list[Row]:
        """Give a row of `v_bout` for each backward segment, accepted or suggested, with the runner's forward normal of that session.

        >>> bout = diary.bouts(since="2026-03-28")[0]
        >>> bout["kind"], bout["standing"], round(bout["mean_speed_mps"] / bout["forward_speed_mps"], 2)
        ('repetition', 'accepted', 0.77)
        """
        return _plain(self._facts(since=since, until=until, athlete=athlete, place=place, gait=gait).bouts)

    def samples(self, session_id: int) -> Columns:
        """Give the samples of a session as columns: numpy arrays of one length.

        `t_s` are seconds since its start, pauses included; the channels follow, NaN where nothing was measured; then what is known of
        each moment: `direction`, `gait`, `standing`, `basis`, `confidence`. Several recordings of a session are one.

        Raises
        ------
        StoreError : there is no such session (code ``no-such-session``), or its samples are damaged.

        Examples
        --------
        >>> columns = diary.samples(diary.sessions(place="treadmill")[0]["session_id"])
        >>> float(columns["speed_mps"][columns["direction"] == "backward"].mean().round(1))
        2.3
        >>> frame = pandas.DataFrame(columns)
        >>> frame = polars.DataFrame(columns, nan_to_null=True)
        """
        from importer.exports.samples import sample_columns, segment_tags
        from importer.linking.settling import whole

        segments = self._store.session(session_id).segments
        return sample_columns(whole(self._store, session_id).activity, segment_tags(segments))

    def report(
        self,
        question: str,
        *,
        since: Day = None,
        until: Day = None,
        athlete: str | None = None,
        place: str | None = None,
        gait: str | None = None,
        standing: Literal["accepted", "all"] = "accepted",
        by: Literal["session", "week", "month", "year"] = "week",
        energy_factor: float | None = None,
    ) -> list[Row]:
        """Give the rows that answer one of `questions`: those of the first table of its `answer`.

        >>> [(row["month_local"], row["backward_accepted_s"]) for row in diary.report("amount", since="2026-03-01", by="month")]
        [('2026-03', 210.0)]
        """
        answer = self.answer(
            question,
            since=since,
            until=until,
            athlete=athlete,
            place=place,
            gait=gait,
            standing=standing,
            by=by,
            energy_factor=energy_factor,
        )
        return _plain(answer.rows)

    def answer(
        self,
        question: str,
        *,
        since: Day = None,
        until: Day = None,
        athlete: str | None = None,
        place: str | None = None,
        gait: str | None = None,
        standing: Literal["accepted", "all"] = "accepted",
        by: Literal["session", "week", "month", "year"] = "week",
        energy_factor: float | None = None,
        units: Literal["metric", "imperial"] = "metric",
    ) -> Answer:
        """Give the whole answer to one of `questions`: headline, tables, figures and notes.

        Parameters
        ----------
        standing : what counts in sums and headlines, what is accepted or all that is suggested too; they stay apart in the rows.
        by : what a row stands for, where the question goes over time.
        energy_factor : cost of running backward over forward, per metre, from 1.0 to 2.0; 1.30 where None.
        units : of the sentences; rows are in SI units.

        >>> answer = diary.answer("amount", by="month")
        >>> answer.question, [table.name for table in answer.tables][:1]
        ('How much?', ['amount'])
        """
        from importer.reports.questions import QUESTIONS, ask
        from importer.reports.questions.asking import check_word

        check_word("report", question, QUESTIONS)
        facts = self._facts(
            since=since,
            until=until,
            athlete=athlete,
            place=place,
            gait=gait,
            standing=standing,
            by=by,
            energy_factor=energy_factor,
            units=units,
        )
        return ask(question, facts)

    def _facts(self, **limits: Any) -> Facts:  # noqa: ANN401 - the limits of the methods above, checked by `asked`
        from importer.reports.questions.asking import asked
        from importer.reports.questions.facts import Facts

        return Facts(self._store, asked(**limits))


def _plain(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Give rows that are the caller's own, with lists in place of tuples: data frames take these for lists of texts."""
    return [{name: list(value) if isinstance(value, tuple) else value for name, value in row.items()} for row in rows]
