"""Titles from the tables of an account's export: which file they belong to, what becomes of them, and what they may cost."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.beside import FolderShelf, add_beside
from importer.errors import CorruptFileError, ReadError, TooLargeError
from importer.payloads import Payload, payloads
from importer.pipeline import InProcess, Options, Outcome, import_files
from importer.readers import companions, containers, titles
from importer.readers.companions import Companions
from importer.readers.containers import Member, unpack
from importer.readers.registry import read_activities
from importer.readers.startpeek import possible_starts
from importer.readers.titles import Words, add_words, read_garmin_list, read_strava_table
from importer.values.activity import Place, Text
from tests.support.program import objects, retro
from tests.zoo import build_fit as fit
from tests.zoo.build_xml import points, run, tcx_lap, tcx_run, trackpoints

ENGLISH = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,Max Heart Rate,Relative Effort,"
    "Commute,Activity Private Note,Activity Gear,Filename,Athlete Weight,Media"
)
GERMAN = (
    "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,Verstrichene Zeit,Distanz,Max. Herzfrequenz,"
    "Relative Leistung,Pendeln,Hinweis zur Privatsphäre für Aktivitäten,Aktivitätsausrüstung,Dateiname,Sportlergewicht,Medien"
)
OLD = "id,date,name,type,description,elapsed_time,distance,commute,gear,filename"
START_UNIX_S = fit.START.timestamp()
PART = "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip"
LIST = "DI_CONNECT/DI-Connect-Fitness/ada_0_summarizedActivities.json"


def fit_run(t: int = 0) -> bytes:
    return fit.fit_file(fit.head(serial_number=7 + t, time_created=fit.T0 + t), fit.records(range(t, t + 20)), fit.session(t))


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def table(heading: str, *rows: Mapping[int, str]) -> bytes:
    """Give a table of Strava's: each row by the places of its columns."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = heading.split(",")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row.get(i, "") for i in range(len(columns))])
    return out.getvalue().encode()


def garmin_list(*activities: Mapping[str, object]) -> bytes:
    return json.dumps([{"summarizedActivitiesExport": list(activities)}]).encode()


def garmin_run(name: str, *, at: float = 0.0, **more: object) -> dict[str, object]:
    return {"activityId": 1, "name": name, "startTimeGmt": (START_UNIX_S + at) * 1000.0, "sportType": "RUNNING", **more}


def on_disk(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def prepared(path: Path) -> dict[str, tuple[list[tuple[Place, str]], tuple[str, ...]]]:
    """Read a file with what lies beside it: the texts and notes of the first session of each member."""
    found: dict[str, tuple[list[tuple[Place, str]], tuple[str, ...]]] = {}
    for item in payloads(path, companions=Companions(FolderShelf())):
        assert isinstance(item, Payload)
        beside = item.with_beside().beside
        assert beside is not None
        activity = add_beside(read_activities(item.data), beside)[0]
        found[item.source.member or ""] = ([(text.place, text.text) for text in activity.texts], activity.notes)
    return found


def words(found: tuple[list[tuple[Place, str]], tuple[str, ...]]) -> list[tuple[Place, str]]:
    return [(place, text) for place, text in found[0] if place in (Place.TITLE, Place.ACTIVITY_NOTES)]


@pytest.mark.parametrize("heading", [ENGLISH, GERMAN])
def test_titles_of_a_strava_export_reach_their_activities_in_any_language(tmp_path, heading):
    rows = [
        {0: "1", 2: "Rückwärts am See", 4: "6x 30 s, dann heim", 10: "knee was fine", 12: "activities/1.fit.gz"},
        {0: "2", 2: "Morning Run", 12: "activities/2.gpx"},
        {0: "3", 2: "by hand, without a file"},
    ]
    members = {
        "activities.csv": table(heading, *rows),
        "activities/1.fit.gz": gzip.compress(fit_run()),
        "activities/2.gpx": run(),
        "activities/4.gpx": run(points(first=500)),
    }
    export = on_disk(tmp_path, {"export.zip": zipped(members)}) / "export.zip"

    found = prepared(export)

    assert words(found["activities/1.fit.gz"]) == [
        (Place.TITLE, "Rückwärts am See"),
        (Place.ACTIVITY_NOTES, "6x 30 s, dann heim"),
        (Place.ACTIVITY_NOTES, "knee was fine"),
    ]
    assert words(found["activities/2.gpx"]) == [(Place.TITLE, "Morning Run")]
    assert words(found["activities/4.gpx"]) == []


def test_the_ten_columns_of_2019_are_read_and_have_no_private_note():
    found = read_strava_table(table(OLD, {0: "1", 2: "Retro", 4: "said", 7: "true", 9: "activities/1.gpx"}))

    assert found == {"1.gpx": Words("Retro", ("said",))}


def test_a_translated_table_of_eleven_columns_does_not_take_its_commute_for_a_note():
    heading = ",".join(f"Spalte {i}" for i in range(12))
    found = read_strava_table(table(heading, {2: "Retro", 9: "true", 11: "activities/1.fit"}))

    assert found == {"1.fit": Words("Retro")}


def test_descriptions_of_many_lines_with_commas_and_quotes_stay_whole():
    said = 'backwards, "really",\nfor 5 min'

    assert read_strava_table(table(ENGLISH, {2: "a, b", 4: said, 12: "activities/9.tcx.gz"})) == {"9.tcx": Words("a, b", (said,))}


def test_a_title_that_looks_like_a_file_is_a_title():
    assert read_strava_table(table(GERMAN, {2: "old.gpx", 12: "activities/9.fit"})) == {"9.fit": Words("old.gpx")}


def test_two_rows_for_one_file_speak_of_neither():
    rows = [{2: "a", 12: "activities/1.fit"}, {2: "b", 12: "activities/1.fit"}, {2: "c", 12: "activities/2.fit"}]

    assert read_strava_table(table(ENGLISH, *rows)) == {"2.fit": Words("c")}


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"\xef\xbb\xbf", b"id,name\n", b"Activity Type,Date,Favorite,Title\nRunning,2026-05-03,false,Backward\n", bytes(500)],
)
def test_a_table_of_another_kind_says_nothing(data):
    assert read_strava_table(data) == {}


def test_a_cell_without_end_is_no_table():
    with pytest.raises(CorruptFileError):
        read_strava_table(b'a,b\n1,"' + b"x" * 200_000)


def test_an_unpacked_strava_export_is_read_like_the_archive(tmp_path):
    files = {
        "activities.csv": table(ENGLISH, {2: "Backwards!", 12: "activities/1.fit.gz"}, {2: "Second", 12: "activities/2.gpx"}),
        "activities/1.fit": fit_run(),  # unpacked by hand
        "activities/2.gpx": run(),
        "activities/deeper/1.fit": fit_run(100),
    }
    folder = on_disk(tmp_path / "export", files)

    assert words(prepared(folder / "activities/1.fit")[""]) == [(Place.TITLE, "Backwards!")]
    assert words(prepared(folder / "activities/2.gpx")[""]) == [(Place.TITLE, "Second")]
    assert words(prepared(folder / "activities/deeper/1.fit")[""]) == []


def test_a_title_is_a_hint_that_tags_no_second_and_is_stored(tmp_path):
    members = {"activities.csv": table(ENGLISH, {2: "Backward running", 12: "a.fit"}), "a.fit": fit_run(), "b.fit": fit_run(900)}
    export = on_disk(tmp_path, {"export.zip": zipped(members)}) / "export.zip"

    done = retro("import", export, "--json", "--db", tmp_path / "a.db")

    said, silent = (row["sessions"][0] for row in objects(done))
    assert done.returncode == 0
    assert "".join(said["findings"]).startswith('title "Backward running" says that there is backward movement, but not where')
    assert not any("Backward running" in finding for finding in silent["findings"])
    # the raised prior may turn forward into unknown; it tags nothing
    assert "backward" not in [segment["direction"] for row in (said, silent) for segment in row["segments"]]
    shown = retro("explain", str(said["id"]), "--db", tmp_path / "a.db")
    assert "Backward running" in shown.stdout


def test_the_identity_of_a_file_is_its_own_and_not_its_title(tmp_path):
    on_disk(
        tmp_path,
        {"plain.fit": fit_run(), "export.zip": zipped({"activities.csv": table(ENGLISH, {2: "x", 12: "a.fit"}), "a.fit": fit_run()})},
    )
    retro("import", tmp_path / "plain.fit", "--db", tmp_path / "a.db")

    (row,) = objects(retro("import", tmp_path / "export.zip", "--json", "--db", tmp_path / "a.db"))

    assert row["outcome"] == "known"


def test_a_garmin_export_is_opened_one_level_deep_and_its_titles_are_found_by_their_time(tmp_path):
    members = {
        LIST: garmin_list(
            garmin_run("Backward repeats", description="on the track", at=-3.0),
            garmin_run("Too far away", at=30.0),
            {"name": "no start"},
            {"startTimeGmt": START_UNIX_S * 1000, "name": None},
        ),
        PART: zipped(
            {"ada_1.fit": fit_run(), "ada_2.fit": fit_run(5000), "ada_3.tcx": tcx_run(tcx_lap(trackpoints(first=-1), start=-1.0))}
        ),
    }
    export = on_disk(tmp_path, {"garmin.zip": zipped(members)}) / "garmin.zip"

    found = prepared(export)

    assert words(found[f"{PART}!ada_1.fit"]) == [(Place.TITLE, "Backward repeats"), (Place.ACTIVITY_NOTES, "on the track")]
    assert words(found[f"{PART}!ada_2.fit"]) == []
    assert words(found[f"{PART}!ada_3.tcx"]) == [(Place.TITLE, "Backward repeats"), (Place.ACTIVITY_NOTES, "on the track")]


def test_the_path_of_a_member_of_a_part_names_both(tmp_path):
    export = on_disk(tmp_path, {"g.zip": zipped({PART: zipped({"ada_1.fit": fit_run()})})}) / "g.zip"

    (result,) = import_files([export], None, options=Options(), preparer=InProcess(), is_dry=True)

    assert result.path == f"{export}!{PART}!ada_1.fit"
    assert result.outcome is Outcome.IMPORTED


@pytest.mark.parametrize("where", ["UploadedFiles_0-_Part1.zip", "UploadedFiles_0-_Part1/ada_1.fit"])
def test_an_unpacked_garmin_export_gives_its_titles_too(tmp_path, where):
    uploaded = {where: zipped({"ada_1.fit": fit_run()}) if where.endswith(".zip") else fit_run()}
    folder = on_disk(tmp_path / "DI_CONNECT" / "DI-Connect-Uploaded-Files", uploaded)
    on_disk(tmp_path, {LIST: garmin_list(garmin_run("Retro"))})

    (found,) = prepared(folder / where).values()

    assert words(found) == [(Place.TITLE, "Retro")]


def test_only_the_parts_of_a_garmin_export_are_opened_and_never_an_archive_in_them():
    inner = zipped({"a.fit": fit_run(), "UploadedFiles_1.zip": zipped({"b.fit": fit_run(50)})})
    members = list(unpack(zipped({"UploadedFiles_0.zip": inner, "other.zip": inner})))

    assert [(one.name if isinstance(one, Member) else (one.path, one.code)) for one in members] == [
        "UploadedFiles_0.zip!a.fit",
        ("UploadedFiles_0.zip!UploadedFiles_1.zip", "nested-archive"),
        ("other.zip", "nested-archive"),
    ]


def test_a_damaged_or_empty_part_costs_itself():
    members = list(unpack(zipped({"UploadedFiles_0.zip": b"PK\3\4 broken", "UploadedFiles_1.zip": zipped({}), "a.fit": fit_run()})))

    assert [(one.name if isinstance(one, Member) else (one.path, one.code)) for one in members] == [
        ("UploadedFiles_0.zip", "corrupt-file"),
        ("UploadedFiles_1.zip", "not-an-activity"),
        "a.fit",
    ]


def test_the_limits_of_an_archive_hold_for_the_archives_in_it_together(monkeypatch: pytest.MonkeyPatch):
    part = zipped({f"{i}.fit": fit_run(i * 100) for i in range(3)})
    outer = zipped({"UploadedFiles_0.zip": part, "UploadedFiles_1.zip": part, "z.fit": fit_run()})
    monkeypatch.setattr(containers, "LIMIT_MEMBERS", 7)
    assert [one.code for one in unpack(outer) if isinstance(one, ReadError)] == ["too-large"]
    monkeypatch.setattr(containers, "LIMIT_MEMBERS", 9)
    monkeypatch.setattr(containers, "LIMIT_TOTAL_BYTES", 4 * len(fit_run()) + 10)
    found = list(unpack(outer))
    assert [isinstance(one, Member) for one in found] == [True, True, True, True, False]
    assert isinstance(found[-1], ReadError)
    assert (found[-1].code, found[-1].path) == ("too-large", "UploadedFiles_1.zip!1.fit")


def test_the_ratio_of_members_counts_from_the_bytes_of_the_outermost_archive(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(containers, "RATIO_FLOOR_BYTES", 100_000)
    filler = random.Random(5).randbytes(4096).hex() + " " * 800_000
    gpx = run().replace(b"</gpx>", f"<!--{filler}--></gpx>".encode())
    part = zipped({f"{i}.gpx": gpx for i in range(4)})

    found = list(unpack(zipped({"UploadedFiles_0.zip": part})))

    assert [type(one) for one in unpack(part)] == [Member] * 4
    assert [type(one) for one in found] == [Member, TooLargeError]


BAD_TABLES = [
    ("activities.csv", b'a,b\n1,"' + b"x" * 200_000, "is no table of comma-separated values"),
    ("activities.csv", bytes(3_000_000), "it unpacks to more than 200 times its size"),
    ("x_summarizedActivities.json", b'[{"summarizedActivitiesExport": [{"name": "Ba', "is no list of activities in JSON"),
    ("x_summarizedActivities.json", b"[" * 2 + b'{"a":' * 100_000, "is no list of activities in JSON"),
    ("x_summarizedActivities.json", bytes(900_000), "is no list of activities in JSON"),
    ("x_summarizedActivities.json", b" " * 3_000_000, "it unpacks to more than 200 times its size"),
]


@pytest.mark.parametrize(("name", "data", "why"), BAD_TABLES)
def test_a_hostile_table_costs_a_note_and_no_activity(tmp_path, name, data, why):
    export = on_disk(tmp_path, {"export.zip": zipped({name: data, "a.fit": fit_run()})}) / "export.zip"

    (texts, notes) = prepared(export)["a.fit"]

    assert texts == []
    (note,) = notes
    assert note.startswith(f"titles: {name} was not used: ")
    assert why in note


def test_a_table_over_the_limit_costs_a_note(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(companions, "LIMIT_TABLE_BYTES", 100)
    folder = on_disk(tmp_path, {"activities.csv": table(ENGLISH, {2: "x" * 200, 12: "a.fit"}), "a.fit": fit_run()})

    assert prepared(folder / "a.fit")[""][1] == ("titles: activities.csv was not used: it has more than 100 bytes",)


def test_an_encrypted_table_and_a_folder_of_its_name_cost_a_note(tmp_path):
    data = bytearray(zipped({"activities.csv": b"x", "a.fit": fit_run()}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "activities.csv").mkdir()
    on_disk(tmp_path, {"e.zip": bytes(data), "b.fit": fit_run()})

    assert prepared(tmp_path / "e.zip")["a.fit"][1] == ("titles: activities.csv was not used: it is encrypted",)
    assert prepared(tmp_path / "b.fit")[""][1] == ("titles: activities.csv was not used: it is no regular file",)


def test_names_in_a_table_are_compared_and_never_opened(tmp_path):
    on_disk(tmp_path, {"secret.fit": fit_run(77)})
    rows = [{2: "climbs out", 12: "../secret.fit"}, {2: "absolute", 12: "/etc/passwd.fit"}]
    on_disk(tmp_path / "export", {"activities.csv": table(ENGLISH, *rows), "a.fit": fit_run()})

    results = list(import_files([tmp_path / "export" / "a.fit"], None, options=Options(), preparer=InProcess(), is_dry=True))

    assert [result.path for result in results] == [str(tmp_path / "export" / "a.fit")]
    assert words(prepared(tmp_path / "export" / "a.fit")[""]) == []


def test_a_table_is_read_once_for_all_of_its_folder(tmp_path):
    opened: list[str] = []

    class Watched(FolderShelf):
        def open(self, name):
            opened.append(Path(name).name)
            return super().open(name)

    on_disk(tmp_path, {"activities.csv": table(ENGLISH, {2: "x", 12: "a.fit"})})
    shared = Companions(Watched())
    for i in range(5):
        assert len(shared.words(f"{tmp_path.as_posix()}/{'a' if i == 3 else i}.fit", b"")[0]) == (i == 3)

    assert opened.count("activities.csv") == 2  # the folder's own, and the one above, which is not there


def test_a_garmin_list_is_read_in_any_shape_and_in_small_pieces(monkeypatch: pytest.MonkeyPatch):
    activities = [garmin_run(f"Rückwärts {i}", at=i, splits=[{"x": "y" * 50}] * 20) for i in range(200)]
    expected = [Words(f"Rückwärts {i}", (), START_UNIX_S + i) for i in range(200)]
    shapes = [
        [{"summarizedActivitiesExport": activities}],
        [{"summarizedActivitiesExport": activities[:50]}, {"summarizedActivitiesExport": activities[50:]}],
        activities,
        [activities],
        {"summarizedActivitiesExport": activities},
        [{"user": 1, "summarizedActivitiesExport": activities}],
    ]
    for size in (1 << 20, 997):
        monkeypatch.setattr(titles, "_PIECE_BYTES", size)
        for shape in shapes:
            for indent in (None, 2):
                data = json.dumps(shape, ensure_ascii=False, indent=indent).encode("utf-8-sig")
                assert read_garmin_list(io.BytesIO(data)) == expected


@pytest.mark.parametrize(
    ("item", "start"),
    [
        ({"beginTimestamp": 1_700_000_000_000}, 1_700_000_000.0),
        ({"startTimeGMT": "2023-11-14T22:13:20.0"}, 1_700_000_000.0),
        ({"startTimeGmt": "2023-11-14 22:13:20", "startTimeLocal": 5}, 1_700_000_000.0),
        ({"startTimeGmt": True}, None),
        ({"startTimeGmt": -5}, None),
        ({"startTimeGmt": 1e300}, None),
        ({"startTimeGmt": "soon"}, None),
        ({"startTimeLocal": 1_700_000_000_000}, None),
    ],
)
def test_the_start_of_a_listed_activity_is_read_in_every_known_form(item, start):
    found = read_garmin_list(io.BytesIO(garmin_list({"name": "x", **item})))

    assert [words.start_unix_s for words in found] == ([] if start is None else [start])


@given(st.binary(max_size=300) | st.sampled_from([garmin_list(garmin_run("x"))]), st.data())
@settings(max_examples=200, deadline=None)
def test_any_bytes_of_a_list_give_words_or_a_read_error(data, draw):
    mutated = bytearray(data)
    for _ in range(draw.draw(st.integers(0, 3))):
        start = draw.draw(st.integers(0, len(mutated)))
        mutated[start : start + draw.draw(st.integers(0, 8))] = draw.draw(st.binary(max_size=8))
    try:
        found: Iterable[Words] = read_garmin_list(io.BytesIO(bytes(mutated)))
    except ReadError:
        found = ()
    assert all(words.start_unix_s is not None for words in found)


@given(st.binary(max_size=300) | st.sampled_from([table(ENGLISH, {2: "x", 12: "a.fit"}), table(GERMAN, {2: "x", 12: "a.fit"})]), st.data())
@settings(max_examples=200, deadline=None)
def test_any_bytes_of_a_table_give_words_or_a_read_error(data, draw):
    mutated = bytearray(data)
    for _ in range(draw.draw(st.integers(0, 3))):
        start = draw.draw(st.integers(0, len(mutated)))
        mutated[start : start + draw.draw(st.integers(0, 8))] = draw.draw(st.binary(max_size=8))
    try:
        found = read_strava_table(bytes(mutated))
    except ReadError:
        found = {}
    assert all(words.title or words.notes for words in found.values())


def test_the_first_bytes_of_a_recording_say_about_when_it_began():
    assert possible_starts(fit_run(60)) == (START_UNIX_S + 60,)
    assert possible_starts(fit.fit_file(fit.head(), fit.records(), fit.session(), big_endian=True)) == (START_UNIX_S,)
    assert START_UNIX_S in possible_starts(run())
    assert START_UNIX_S in possible_starts(tcx_run(tcx_lap(trackpoints())))
    assert possible_starts(fit.fit_file(fit.head(time_created=None), fit.records())) == ()
    assert possible_starts(fit.fit_file(fit.records(), fit.head())) == ()


@given(st.integers(0, 400), st.binary(max_size=20))
def test_a_glance_at_damaged_bytes_is_harmless(at, junk):
    data = fit_run()
    for mutated in (data[:at], data[:at] + junk, data[: at % 40] + junk + data[at % 40 :]):
        assert all(isinstance(moment, float) for moment in possible_starts(mutated))


def test_words_go_to_the_session_that_began_nearest():
    (activity,) = read_activities(fit_run())
    said = [Words("seven seconds", (), START_UNIX_S + 7), Words("two", (), START_UNIX_S - 2), Words("an hour", (), START_UNIX_S + 3600)]

    (titled,) = add_words((activity,), said)

    assert titled.texts == (*activity.texts, Text(Place.TITLE, "two"))
    assert [one.texts for nothing in (said[2:], ()) for one in add_words((activity,), nothing)] == [activity.texts] * 2


def test_the_clock_of_the_zoo_is_the_clock_of_these_tests():
    assert datetime.fromtimestamp(START_UNIX_S, UTC) == fit.START
