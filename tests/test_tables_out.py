"""Tables for machines: what goes out as JSON, CSV and Parquet comes back as it was."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import UsageError
from importer.reports import parquet
from importer.reports.parquet import Kind
from importer.reports.questions.answer import Column, Form, Table
from importer.reports.tables_out import FORMULA_STARTS, names_of, rows_text, write_parquet
from importer.values.channels import CHANNELS
from importer.values.session import Direction
from schema import tables
from tests.conftest import ROOT

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
WHY = ("lap 2 says backward", "steps")
ROW = {
    "session_id": 7,
    "athlete": 'Zoë, "the\nfast"',
    "start_utc": START,
    "day": date(2026, 5, 3),
    "direction": Direction.BACKWARD,
    "distance_m": 0.0,
    "mean_speed_mps": 1 / 3,
    "mean_heart_rate_bpm": None,
    "is_first": False,
    "why": WHY,
}


def table(*rows, columns=("session_id", "distance_m")):
    return Table("bouts", "Bouts", tuple(Column(name, name, Form.NUMBER) for name in columns), tuple(rows))


def as_csv(*rows):
    return list(csv.reader(io.StringIO(rows_text(table(*rows), "csv"), newline="")))


def test_machines_get_every_key_of_the_rows_in_the_order_in_which_they_appear():
    assert names_of(table({"b": 1, "a": 2}, {"a": 3, "c": 4})) == ("b", "a", "c")
    assert json.loads(rows_text(table({"b": 1}, {"c": 4}), "json")) == [{"b": 1, "c": None}, {"b": None, "c": 4}]


def test_a_table_without_rows_still_has_a_header():
    assert rows_text(table(), "csv") == "session_id,distance_m\n"
    assert rows_text(table(), "json") == "[]\n"


def test_json_holds_the_rows_as_they_are():
    (found,) = json.loads(rows_text(table(ROW), "json"))
    assert found == {
        **ROW,
        "start_utc": "2026-05-03T06:12:00Z",
        "day": "2026-05-03",
        "why": list(WHY),
    }


def test_csv_holds_the_same_in_fields():
    header, fields = as_csv(ROW)
    assert header == list(ROW)
    assert dict(zip(header, fields, strict=True)) == {
        "session_id": "7",
        "athlete": ROW["athlete"],
        "start_utc": "2026-05-03T06:12:00Z",
        "day": "2026-05-03",
        "direction": "backward",
        "distance_m": "0.0",
        "mean_speed_mps": repr(1 / 3),
        "mean_heart_rate_bpm": "",
        "is_first": "false",
        "why": '["lap 2 says backward", "steps"]',
    }


def test_a_time_is_told_in_utc_with_the_milliseconds_that_it_has():
    times = [
        START.astimezone(timezone(timedelta(hours=5, minutes=45))),
        START + timedelta(milliseconds=250),
        START + timedelta(microseconds=9),
    ]
    assert [row[0] for row in as_csv(*({"at_utc": time} for time in times))[1:]] == [
        "2026-05-03T06:12:00Z",
        "2026-05-03T06:12:00.250Z",
        "2026-05-03T06:12:00Z",
    ]


@pytest.mark.parametrize("format_name", ["json", "csv"])
def test_what_is_no_number_is_not_measured_and_what_is_infinite_is_a_fault(format_name):
    assert "nan" not in rows_text(table({"distance_m": float("nan")}), format_name).casefold()
    with pytest.raises(ValueError, match="inf"):
        rows_text(table({"distance_m": float("-inf")}), format_name)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_is_a_formula_in_a_spreadsheet(start):
    evil = f"{start}HYPERLINK(1)"
    assert as_csv({"path": evil})[1] == [f"'{evil}"]
    assert json.loads(rows_text(table({"path": evil}), "json")) == [{"path": evil}]


def test_a_row_of_one_field_that_was_not_measured_is_still_a_row():
    assert as_csv({"a": None}, {"a": 1}) == [["a"], [""], ["1"]]


def test_a_number_below_zero_stays_a_number():
    assert as_csv({"utc_offset_s": -28_800, "grade_ratio": -0.02}) == [["utc_offset_s", "grade_ratio"], ["-28800", "-0.02"]]


CELLS = st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False, allow_nan=False) | st.text(st.characters(codec="utf-8"))


@given(st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}), min_size=1))
def test_json_and_csv_bring_every_cell_back(rows):
    assert json.loads(rows_text(table(*rows), "json")) == rows
    header, *lines = as_csv(*rows)
    assert len(lines) == len(rows)
    for cell, field in ((row[name], line[header.index(name)]) for row, line in zip(rows, lines, strict=True) for name in "ab"):
        if isinstance(cell, str):
            assert field == (f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell)
        elif isinstance(cell, bool) or cell is None:
            assert field == {True: "true", False: "false", None: ""}[cell]
        else:
            assert type(cell)(field) == cell


# --- Parquet ----------------------------------------------------------------------------------------------------------


def test_a_column_is_what_its_name_says():
    kinds = {name: parquet.kind_of(name) for name in ("start_utc", "n_bouts", "set_index", "duration_s", "is_dry", "why", "day_local", "s")}
    assert list(kinds.values()) == [Kind.TIME, Kind.COUNT, Kind.COUNT, Kind.NUMBER, Kind.FLAG, Kind.TEXTS, Kind.TEXT, Kind.TEXT]
    assert {parquet.kind_of(name) for name in CHANNELS} == {Kind.NUMBER}


def test_the_files_name_the_edition_of_the_views():
    assert f"SELECT {parquet.VIEWS_VERSION} AS views_version" in tables.views("sqlite")["v_version"]


def test_parquet_holds_the_rows_with_their_types(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "bouts.parquet"
    write_parquet(table(ROW, {**ROW, "mean_heart_rate_bpm": 150, "distance_m": float("nan")}), path, about={"since": "2026-01-01"})

    found = pq.read_table(path)

    assert found.to_pylist() == [
        {**ROW, "why": list(WHY)},
        {**ROW, "why": list(WHY), "mean_heart_rate_bpm": 150.0, "distance_m": None},
    ]
    assert [str(field.type) for field in found.schema] == [
        "int64",
        "string",
        "timestamp[us, tz=UTC]",
        "date32[day]",
        "string",
        "double",
        "double",
        "double",
        "bool",
        "list<element: string>",
    ]
    metadata = {key.decode(): value.decode() for key, value in found.schema.metadata.items()}
    assert metadata["program"].startswith("retro-import ")
    assert {key: metadata[key] for key in ("views_version", "table", "title", "since")} == {
        "views_version": "2",
        "table": "bouts",
        "title": "Bouts",
        "since": "2026-01-01",
    }


def test_a_column_in_which_nothing_was_measured_keeps_the_type_of_its_name(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    nothing = dict.fromkeys(("start_utc", "n_bouts", "duration_s", "note"))
    write_parquet(table(nothing), tmp_path / "a.parquet")
    write_parquet(table(columns=tuple(nothing)), tmp_path / "b.parquet")

    a, b = (pq.read_table(tmp_path / name) for name in ("a.parquet", "b.parquet"))
    assert a.to_pylist() == [nothing]
    assert b.num_rows == 0
    assert [str(field.type) for field in a.schema] == ["timestamp[us, tz=UTC]", "int64", "double", "string"]
    assert a.schema == b.schema


def test_a_parquet_file_appears_whole_or_not_at_all(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    path.write_bytes(b"older")
    with pytest.raises(TypeError, match=r"mixed: values of several kinds \(int, str\)"):
        write_parquet(table({"mixed": 1}, {"mixed": "one"}), path)
    assert path.read_bytes() == b"older"
    write_parquet(table(ROW), path)
    assert path.read_bytes().startswith(b"PAR1")
    assert [one.name for one in tmp_path.iterdir()] == ["a.parquet"]


def test_a_folder_that_is_not_there_is_the_users_to_mend(tmp_path):
    pytest.importorskip("pyarrow")
    with pytest.raises(UsageError, match=r"a\.parquet: cannot be written \(.*\): choose another place"):
        write_parquet(table(ROW), tmp_path / "missing" / "a.parquet")


def test_without_the_library_the_error_names_the_extra(tmp_path):
    """In a process that cannot see pyarrow, as on a machine without it."""
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from importer.errors import UsageError\n"
        "from importer.reports.questions.answer import Table\n"
        "from importer.reports.tables_out import rows_text, write_parquet\n"
        "print(rows_text(Table('a', 'a', (), ({'a': 1},)), 'csv'))\n"
        "try: write_parquet(Table('a', 'a', (), ({'a': 1},)), sys.argv[1])\n"
        "except UsageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.parquet")], cwd=ROOT, capture_output=True, text=True, env={**os.environ}, timeout=60
    )
    assert done.stdout.startswith("a\n1\n"), done.stderr
    assert "install it with `pip install 'retro-import[parquet]'`" in done.stdout
