"""The synthetic runner and the writers: what other tests take for true."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import fitdecode
import numpy as np
import pytest
from sqlalchemy.exc import OperationalError

from importer.values.session import Direction, Gait
from tests.support import databases
from tests.support.fit_writer import BASE_TYPES, Developer, FitWriter, crc16, fit_time, semicircles
from tests.support.noise import Noise
from tests.support.runner import RUN_SPM, WALK_SPM, Block, Runner, draw_runner, modelled_speed, record

BACK = Direction.BACKWARD


def decoded(data: bytes, name: str) -> list[dict[str, Any]]:
    """Decode messages of one name with an independent library."""
    with fitdecode.FitReader(io.BytesIO(data)) as reader:
        frames = [frame for frame in reader if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == name]
    return [{field.name: field.value for field in frame.fields} for frame in frames]


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    plan = [Block(120, 2.5), Block(60, 2.0, BACK)]
    first, again, other = (record(plan, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.cadence_spm, again.cadence_spm)
    assert not np.array_equal(first.cadence_spm, other.cadence_spm)


def test_noise_is_standard_and_its_first_values_never_change():
    noise = Noise(42).normal(20_000)
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 1.0) < 0.02
    assert Noise(42).normal(3).tolist() == noise[:3].tolist()
    # pinned, so that a platform or a release of numpy cannot shift the samples unnoticed
    assert [round(value * 65536 * 2) for value in noise[:3].tolist()] == [-15906, -124176, -8714]


@pytest.mark.parametrize(("gait", "speed_mps", "line"), [(Gait.RUN, 2.4, RUN_SPM), (Gait.WALK, 1.2, WALK_SPM)])
def test_backward_cadence_is_higher_by_the_runners_own_ratio_at_the_same_belt_speed(
    gait: Gait, speed_mps: float, line: tuple[float, float]
):
    runner = Runner(ratio_run=1.12, ratio_walk=1.08)
    recording = record([Block(900, speed_mps, gait=gait), Block(900, speed_mps, BACK, gait)], seed=5, runner=runner, on_belt=True)
    forward, backward = recording.cadence_spm[60:900].mean(), recording.cadence_spm[960:].mean()
    assert forward == pytest.approx(line[0] + line[1] * speed_mps, abs=2.0)
    assert backward / forward == pytest.approx(1.12 if gait is Gait.RUN else 1.08, abs=0.015)


def test_a_belt_is_exact_and_a_runner_outdoors_is_not():
    plan = [Block(300, 2.5)]
    assert set(record(plan, seed=6, on_belt=True).speed_mps[10:].tolist()) == {2.5}
    assert 0.02 < record(plan, seed=6).speed_mps[30:].std() < 0.2


def test_heart_rate_rises_by_about_twenty_beats_in_a_long_backward_block():
    recording = record([Block(600, 2.4), Block(400, 2.4, BACK)], seed=7, runner=Runner(), on_belt=True)
    assert recording.heart_rate_bpm[900:].mean() - recording.heart_rate_bpm[500:600].mean() == pytest.approx(20.0, abs=3.0)


def test_positions_move_as_fast_as_the_runner():
    recording = record([Block(400, 3.0)], seed=8, loop_m=5000.0)
    north_m = (recording.latitude_deg[300] - recording.latitude_deg[0]) * 111_195
    east_m = (recording.longitude_deg[300] - recording.longitude_deg[0]) * 111_195 * np.cos(np.radians(49.49))
    assert np.hypot(north_m, east_m) == pytest.approx(recording.distance_m[300], rel=0.06)


def test_a_watch_that_models_speed_overstates_it_backward():
    runner = Runner()
    recording = record([Block(300, 2.5), Block(300, 2.5, BACK)], seed=9, runner=runner, on_belt=True)
    speed = modelled_speed(recording, runner=runner)
    assert speed[400:].mean() > speed[100:300].mean() + 0.5


def test_truth_merges_equal_neighbours_and_ends_where_it_is_told():
    recording = record([Block(60, 2.4), Block(60, 2.8), Block(30, 2.0, BACK), Block(20, 0.0, Direction.STILL, None)], seed=10)
    assert [tuple(row) for row in recording.truth()] == [
        (0, 120, Direction.FORWARD, Gait.RUN),
        (120, 150, BACK, Gait.RUN),
        (150, 170, Direction.STILL, None),
    ]
    assert recording.truth(end_s=130)[-1] == (120, 130, BACK, Gait.RUN)
    assert np.all(recording.cadence_spm[152:] == 0.0)


def test_runners_differ_as_the_population_does():
    runners = [draw_runner(seed) for seed in range(400)]
    assert np.std([runner.offset_spm for runner in runners]) == pytest.approx(8.0, rel=0.15)
    assert np.mean([runner.ratio_run for runner in runners]) == pytest.approx(1.10, abs=0.006)


@pytest.mark.parametrize("big_endian", [False, True])
def test_an_independent_decoder_reads_what_the_writer_wrote(big_endian: bool):
    fit = FitWriter(big_endian=big_endian)
    at = fit_time(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    fit.message("file_id", type=4, manufacturer=1, product=2691, serial_number=77, time_created=at)
    fit.message("record", timestamp=at, position_lat=semicircles(49.5), altitude=101.4, heart_rate=None, cadence=84, speed=2.512)
    fit.message("record", timestamp=at + 1, position_lat=semicircles(-49.5), altitude=-3.0, heart_rate=150, cadence=0, speed=0.0)
    records = decoded(fit.to_bytes(), "record")
    assert records[0]["timestamp"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert records[0]["position_lat"] == round(49.5 * 2**31 / 180)
    assert records[0]["enhanced_altitude"] == pytest.approx(101.4)
    assert records[0]["heart_rate"] is None
    assert records[1]["heart_rate"] == 150
    assert records[1]["cadence"] == 0
    assert records[1]["enhanced_speed"] == 0.0


def test_developer_fields_strings_and_compressed_headers_are_read_too():
    fit = FitWriter()
    at = fit_time(datetime(2026, 1, 2, tzinfo=UTC))
    direction = Developer(0, 3, "sint8")
    fit.message("file_id", type=4, manufacturer=255, time_created=at)
    fit.message("developer_data_id", application_id=bytes(range(16)), developer_data_index=0)
    fit.message(
        "field_description",
        developer_data_index=0,
        field_definition_number=3,
        fit_base_type_id=BASE_TYPES["sint8"][0],
        field_name="retro_dir",
        units="1",
    )
    fit.message_with("record", {"timestamp": at, "cadence": 90}, developer={direction: -1})
    fit.message("workout_step", message_index=0, wkt_step_name="rückwärts laufen")
    fit.define(3, 20, [(4, 1, "uint8")])
    fit.compressed(3, (at + 5) & 0x1F, bytes([91]))
    data = fit.to_bytes()
    records = decoded(data, "record")
    assert records[0]["retro_dir"] == -1
    assert records[1]["cadence"] == 91
    assert (records[1]["timestamp"] - records[0]["timestamp"]).total_seconds() == 5
    assert decoded(data, "workout_step")[0]["wkt_step_name"] == "rückwärts laufen"


def test_more_layouts_than_local_numbers_still_decode():
    fit = FitWriter()
    fit.message("file_id", type=4)
    names = ["cadence", "heart_rate", "distance", "speed", "power", "grade", "temperature", "altitude"]
    layouts = [names[:n] + extra for n in range(1, 9) for extra in ([], ["activity_type"], ["stance_time"])]
    for layout in layouts * 2:
        fit.message_with("record", {"timestamp": 10**9, **dict.fromkeys(layout, 1)})
    assert len(decoded(fit.to_bytes(), "record")) == 2 * len(layouts)


def test_the_crc_is_the_protocols():
    # the check value of CRC-16/ARC
    assert crc16(b"123456789") == 0xBB3D
    data = FitWriter().to_bytes()
    assert crc16(data) == 0


@pytest.mark.parametrize(("is_required", "end"), [("", pytest.skip.Exception), ("1", OperationalError)])
def test_a_missing_server_is_passed_over_unless_it_is_required(monkeypatch, tmp_path, is_required, end):
    monkeypatch.delenv("RETRO_TEST_POSTGRES", raising=False)
    monkeypatch.setenv("RETRO_REQUIRE_POSTGRES", is_required)
    monkeypatch.setattr(databases, "_LOCAL", "postgresql+psycopg://postgres@127.0.0.1:1/test")  # nobody listens there
    with pytest.raises(end), databases.fresh("postgresql", tmp_path):
        pass
