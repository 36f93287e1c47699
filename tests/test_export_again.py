"""An export that comes back beside its original: the same session, told again, and no proof of anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from importer.exports.content import MILLISECOND, SECOND, Tag, content
from importer.exports.fit import fit_bytes
from importer.exports.gpx import gpx_bytes
from importer.exports.tcx import tcx_bytes
from importer.readers.registry import read_activities
from importer.values.activity import EXPORTER, Activity, CadenceBasis, Environment, Lap, SpeedBasis
from importer.values.session import Direction
from tests.support import exported
from tests.support.program import objects, retro

FORMATS = {"tcx": (tcx_bytes, MILLISECOND), "gpx": (gpx_bytes, MILLISECOND), "fit": (fit_bytes, SECOND)}


def bytes_of(activity: Activity, name: str, tags: tuple[Tag, ...] | None = None) -> bytes:
    write, tick_s = FORMATS[name]
    return write(content(activity, (exported.tag(0, activity.elapsed_s),) if tags is None else tags, tick_s=tick_s))


def bare(n: int = 600, *, speed_mps: float = 2.5) -> Activity:
    """Give a belt's run: no heart rate, no cadence and no place, so that no second of it proves whose it is."""
    run = exported.activity(np.arange(float(n)))
    columns = {"distance_m": run.t_s * speed_mps, "speed_mps": np.full(n, speed_mps)}
    told: dict[str, Any] = {"environment": Environment.TREADMILL, "sub_sport": "treadmill", "speed_basis": SpeedBasis.BELT}
    return replace(run, columns=columns, cadence_basis=CadenceBasis.NONE, cadence_factor=None, **told)


def recorded(activity: Activity) -> bytes:
    """Give the file of another program, that knows no direction."""
    data = bytes_of(activity, "tcx", (exported.tag(0, activity.elapsed_s, Direction.UNKNOWN),))
    return data.replace(f"<Name>{EXPORTER}</Name>".encode(), b"<Name>Connect Api</Name>")


def imported(path: Path, data: bytes, url: str) -> dict[str, Any]:
    path.write_bytes(data)
    (told,) = objects(retro("import", path, "--db", url, "--json"))
    return told


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_known_by_its_name_and_not_by_the_device_it_names(name):
    (found,) = read_activities(bytes_of(exported.activity(np.arange(60.0)), name), strict=True)

    assert found.device.is_export
    assert found.device.product is not None
    assert found.device.product.startswith(EXPORTER)
    assert found.device.serial is None


def test_a_watchs_own_tcx_is_no_export():
    (found,) = read_activities(recorded(exported.activity(np.arange(60.0))), strict=True)

    assert not found.device.is_export
    assert found.device.product == "fr935"


@pytest.mark.parametrize("name", ["tcx", "fit"])
def test_an_export_of_a_run_that_nothing_proves_is_no_second_session(tmp_path, name):
    url = f"sqlite:///{tmp_path}/a.db"
    original = imported(tmp_path / "belt.tcx", recorded(bare()), url)
    retro("export", "1", "-o", tmp_path / f"copy.{name}", "--db", url)
    (told,) = objects(retro("import", tmp_path / f"copy.{name}", "--db", url, "--json"))

    assert original["outcome"] == "imported"
    assert (told["outcome"], [one["id"] for one in told["sessions"]]) == ("linked", [1])
    assert "one is an export of this program, and both start in the same second" in told["notes"][0]
    (shown,) = objects(retro("show", "1", "--db", url, "--json"))
    assert [Path(one["path"]).name for one in shown["recordings"]] == ["belt.tcx", f"copy.{name}"]


def test_the_original_may_come_later_and_is_the_first_all_the_same(tmp_path):
    url = f"sqlite:///{tmp_path}/a.db"
    imported(tmp_path / "copy.tcx", bytes_of(bare(), "tcx"), url)
    told = imported(tmp_path / "belt.tcx", recorded(bare()), url)

    assert told["outcome"] == "linked"
    (shown,) = objects(retro("show", "1", "--db", url, "--json"))
    assert [Path(one["path"]).name for one in shown["recordings"]] == ["belt.tcx", "copy.tcx"]


@pytest.mark.parametrize("until_s", [1200, 500])
def test_a_gpx_of_which_the_track_is_a_part_alone_is_no_second_session(tmp_path, until_s):
    url = f"sqlite:///{tmp_path}/a.db"
    run = exported.activity(np.arange(1200.0))
    # the first fix comes after more minutes than two devices may be switched on apart; the last one may be early
    is_seen = (run.t_s >= 300) & (run.t_s < until_s)
    late = {name: np.where(is_seen, run.columns[name], np.nan) for name in ("latitude_deg", "longitude_deg")}
    columns = {name: column for name, column in {**run.columns, **late}.items() if name not in ("heart_rate_bpm", "cadence_spm")}
    run = replace(run, columns=columns, cadence_basis=CadenceBasis.NONE, cadence_factor=None)
    imported(tmp_path / "run.tcx", recorded(run), url)
    retro("export", "1", "-o", tmp_path / "copy.gpx", "--db", url)
    (told,) = objects(retro("import", tmp_path / "copy.gpx", "--db", url, "--json"))

    assert told["outcome"] == "linked"
    (found,) = read_activities((tmp_path / "copy.gpx").read_bytes(), strict=True)
    assert (found.start, found.t_s[0], found.elapsed_s) == (exported.START, 300.0, until_s - 1.0)


def test_two_runs_that_may_be_one_are_not_made_one_by_an_export(tmp_path):
    url = f"sqlite:///{tmp_path}/a.db"
    imported(tmp_path / "belt.tcx", recorded(bare()), url)
    second = imported(tmp_path / "other.tcx", recorded(bare(590, speed_mps=2.0)), url)
    copy = imported(tmp_path / "copy.tcx", bytes_of(bare(580), "tcx"), url)

    assert (second["outcome"], second["sessions"][0]["possible_duplicate_of"]) == ("imported", 1)
    assert copy["outcome"] == "linked"
    assert len(objects(retro("show", "2", "--db", url, "--json"))) == 1
    shown = [objects(retro("show", number, "--db", url, "--json"))[0]["recordings"] for number in ("1", "2")]
    assert sorted(Path(one["path"]).name for some in shown for one in some) == ["belt.tcx", "copy.tcx", "other.tcx"]


def test_a_session_whose_last_lap_has_no_sample_keeps_its_length():
    laps = (Lap(0.0, 600.0, "manual"), Lap(600.0, 900.0, "manual"))
    run = replace(exported.activity(np.arange(600.0)), elapsed_s=900.0, timer_s=900.0, laps=laps)
    tags = (exported.tag(0, 600, Direction.FORWARD), exported.tag(600, 900, Direction.UNKNOWN))
    (found,) = read_activities(bytes_of(run, "tcx", tags), strict=True)

    assert (found.elapsed_s, [(lap.start_s, lap.end_s) for lap in found.laps]) == (900.0, [(0.0, 600.0), (600.0, 900.0)])


@pytest.mark.parametrize("n", [2, 40])
def test_a_cadence_comes_back_in_steps_from_the_shortest_fit(n):
    (found,) = read_activities(bytes_of(exported.activity(np.arange(float(n))), "fit"), strict=True)

    assert found.cadence_factor == 2.0
    assert np.abs(found.columns["cadence_spm"] - exported.activity(np.arange(float(n))).columns["cadence_spm"]).max() <= 1.0


def test_no_distance_comes_back_as_none_and_a_stated_total_as_it_is():
    run = exported.activity(np.arange(60.0))
    silent = replace(run, columns={"heart_rate_bpm": run.columns["heart_rate_bpm"]})
    assert read_activities(bytes_of(silent, "tcx"), strict=True)[0].distance_m is None
    # the recording's own total, of a session that is one lap, though no sample tells of it
    assert read_activities(bytes_of(replace(silent, distance_m=160.0), "tcx"), strict=True)[0].distance_m == 160.0
    # and that of a lap, beside others
    laps = (Lap(0.0, 30.0, "manual", distance_m=70.0), Lap(30.0, 59.0, "manual", distance_m=90.0))
    assert read_activities(bytes_of(replace(silent, laps=laps), "tcx"), strict=True)[0].distance_m == 160.0


def test_that_the_laps_do_not_add_up_to_the_total_is_said(tmp_path):
    url = f"sqlite:///{tmp_path}/a.db"
    run = replace(bare(), distance_m=2000.0, laps=(Lap(0.0, 300.0, "manual"), Lap(300.0, 599.0, "manual")))
    imported(tmp_path / "belt.fit", bytes_of(run, "fit"), url)

    done = retro("export", "1", "--format", "tcx", "--db", url)
    assert "the laps add up to 1,498 m, as the samples tell; TCX has no place for the recording's own total, 2,000 m" in done.stderr
    assert "add up" not in retro("export", "1", "-o", tmp_path / "copy.fit", "--db", url).stderr
