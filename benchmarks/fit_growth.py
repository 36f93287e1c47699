"""What large FIT files cost: time for each megabyte, and the peak memory of a fresh process.

    python -m benchmarks.fit_growth [--kind records|sensor] [--mb 10 20 40] [--rounds 3] [--limit-factor 6]

Conventions: the files are generated: one long outdoor run at 1 Hz with position, distance, altitude, speed, heart rate, cadence, power,
temperature and running dynamics in every record, every fifth record followed by a message that is not documented, as newer watches write,
and a lap every kilometre; or (`sensor`) hardly anything but the samples of an accelerometer, 30 to a message. Each is read in a process
of its own, `rounds` times; seconds are processor time of `read_fit`, the median.
Peak memory is VmHWM (Linux): in all, and above a process that has only loaded numpy.
The promise is `limit-factor` times the file's size plus 40 MB in all; the exit status is 1 where it is broken.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import fastcrc
import numpy as np

from tests.support.fit_writer import MESSAGES, FitWriter

ROOT = Path(__file__).resolve().parent.parent
#: FIT seconds; the generated run starts there
START = 1_140_000_000
#: bytes; what may be used besides a multiple of the file's size
ALLOWANCE_BYTES = 40_000_000
#: field of `record`, its type in the file and its raw value at second i
FIELDS: Final = (
    ("timestamp", "u4"), ("position_lat", "i4"), ("position_long", "i4"), ("distance", "u4"), ("enhanced_altitude", "u4"),
    ("enhanced_speed", "u4"), ("heart_rate", "u1"), ("cadence", "u1"), ("fractional_cadence", "u1"), ("temperature", "i1"),
    ("power", "u2"), ("vertical_oscillation", "u2"), ("stance_time", "u2"),
)  # fmt: skip
#: an undocumented message of 4 bytes behind every fifth record
OTHER_NUMBER = 233
EVERY = 5
LAP_RECORDS = 350
#: samples of a message of a sensor
SENSOR_SAMPLES: Final = 30
_PEAK = """
def peak():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM:"))
"""
BARE = _PEAK + "import numpy\nprint(peak())"
READ = (
    _PEAK
    + """
import sys, time
from importer.readers.fit import read_fit
data = open(sys.argv[1], "rb").read()
began = time.process_time()
(activity,) = read_fit(data)
print(peak(), time.process_time() - began, len(activity), len(activity.columns))
"""
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, nargs="+", default=[10.0, 20.0, 40.0], help="sizes of generated files, MB (default 10 20 40)")
    parser.add_argument("--kind", choices=("records", "sensor"), default="records", help="what the files hold most of (default records)")
    parser.add_argument("--rounds", type=int, default=3, help="fresh processes for each file (default 3)")
    parser.add_argument("--limit-factor", type=float, default=6.0, help="times the file's size that may be used (default 6)")
    options = parser.parse_args()
    bare_bytes = int(_output(BARE))
    print(f"Python and numpy alone: {bare_bytes / 1e6:.0f} MB")
    build = long_run if options.kind == "records" else much_sensed
    print(f"{'MB':>6} {'records':>10} {'columns':>8} {'seconds':>8} {'s/MB':>7} {'peak MB':>8} {'above':>6} {'allowed':>8}")
    is_kept = True
    with tempfile.TemporaryDirectory() as folder:
        for size_mb in options.mb:
            path = Path(folder) / "run.fit"
            path.write_bytes(build(int(size_mb * 1e6)))
            size_bytes = path.stat().st_size
            told = [_output(READ, str(path)).split() for _ in range(options.rounds)]
            peak_bytes = max(int(words[0]) for words in told)
            seconds = statistics.median(float(words[1]) for words in told)
            allowed_bytes = options.limit_factor * size_bytes + ALLOWANCE_BYTES
            is_kept = is_kept and peak_bytes <= allowed_bytes
            print(
                f"{size_bytes / 1e6:6.1f} {int(told[0][2]):>10,} {told[0][3]:>8} {seconds:8.3f} {seconds / size_bytes * 1e6:7.4f} "
                f"{peak_bytes / 1e6:8.0f} {(peak_bytes - bare_bytes) / size_bytes:5.1f}x {allowed_bytes / 1e6:8.0f}"
            )
    sys.exit(not is_kept)


def long_run(size_bytes: int) -> bytes:
    """Give a FIT file of about this size."""
    writer = FitWriter()
    writer.message("file_id", type=4, manufacturer=1, product=3992, serial_number=3_901_234_567, time_created=START)
    specs = MESSAGES["record"][1]
    writer.define(8, 20, [(specs[name].number, np.dtype(code).itemsize, specs[name].base) for name, code in FIELDS])
    writer.define(9, OTHER_NUMBER, [(2, 4, "byte")])
    period = np.dtype([*((f"r{i}", _record_dtype()) for i in range(EVERY)), ("head", "u1"), ("other", "<u4")])
    n_records = int(size_bytes / period.itemsize * EVERY)
    i = 0
    while i < n_records:
        writer.raw(_records(i, LAP_RECORDS, period))
        i += LAP_RECORDS
        writer.message("lap", timestamp=START + i, start_time=START + i - LAP_RECORDS, total_elapsed_time=float(LAP_RECORDS), lap_trigger=1)
    writer.message(
        "session",
        timestamp=START + i, start_time=START, sport=1, sub_sport=0, total_elapsed_time=float(i), total_timer_time=float(i),
        num_laps=i // LAP_RECORDS,
    )  # fmt: skip
    writer.message("activity", timestamp=START + i, num_sessions=1)
    whole = writer.to_bytes(crc=0)[:-2]
    return whole + fastcrc.crc16.arc(whole).to_bytes(2, "little")


def much_sensed(size_bytes: int) -> bytes:
    """Give a FIT file of about this size, of a run with an accelerometer of 120 samples a second and its calibration."""
    writer = FitWriter()
    writer.message("file_id", type=4, manufacturer=1, product=3992, serial_number=3_901_234_567, time_created=START)
    writer.message(
        "three_d_sensor_calibration",
        timestamp=START, sensor_type=0, calibration_factor=2, calibration_divisor=1000, level_shift=32768, offset_cal=(10, -20, 30),
        orientation_matrix=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )  # fmt: skip
    specs = MESSAGES["accelerometer_data"][1]
    names = ("timestamp", "timestamp_ms", "sample_time_offset", "accel_x", "accel_y", "accel_z")
    sizes = (4, 2, *(2 * SENSOR_SAMPLES,) * 4)
    writer.define(8, 165, [(specs[name].number, size, specs[name].base) for name, size in zip(names, sizes, strict=True)])
    each = [("head", "u1"), ("timestamp", "<u4"), ("timestamp_ms", "<u2"), *((name, "<u2", SENSOR_SAMPLES) for name in names[2:])]
    seconds = np.zeros((size_bytes // np.dtype(each).itemsize // 4, 4), each)
    at = np.arange(len(seconds))
    seconds["head"] = 8
    seconds["timestamp"] = START + at[:, None]
    seconds["timestamp_ms"] = (0, 250, 500, 750)
    seconds["sample_time_offset"] = np.arange(SENSOR_SAMPLES) * 250 // SENSOR_SAMPLES
    for axis in range(3):
        seconds[f"accel_{'xyz'[axis]}"] = 32768 + (at[:, None, None] * 7 + np.arange(SENSOR_SAMPLES) * (axis + 1)) % 2000
    writer.raw(seconds.tobytes())
    for second in range(60):
        writer.message("record", timestamp=START + second, heart_rate=120)
    writer.message("session", timestamp=START + 60, start_time=START, sport=1, sub_sport=0, total_elapsed_time=float(len(at)))
    writer.message("activity", timestamp=START + 60, num_sessions=1)
    whole = writer.to_bytes(crc=0)[:-2]
    return whole + fastcrc.crc16.arc(whole).to_bytes(2, "little")


def _record_dtype() -> np.dtype[np.void]:
    return np.dtype([("head", "u1"), *((name, "<" + code) for name, code in FIELDS)])


def _records(first: int, n: int, period: np.dtype[np.void]) -> bytes:
    """Give n records, a multiple of `EVERY`, from second `first` on, with the undocumented messages among them."""
    block = np.zeros(n // EVERY, period)
    block["head"], block["other"] = 9, np.arange(len(block), dtype=np.uint32)
    for k in range(EVERY):
        t = first + k + EVERY * np.arange(len(block))
        wave = np.sin(t / 50.0)
        values = {
            "timestamp": START + t,
            "position_lat": 560_000_000 + 300 * t % 40_000_000,
            "position_long": 95_000_000 + 20_000 * wave,
            "distance": 280 * t % 4_000_000_000,
            "enhanced_altitude": 4500 + 100 * wave,
            "enhanced_speed": 2800 + 500 * wave,
            "heart_rate": 140 + t % 30,
            "cadence": 82 + t % 7,
            "fractional_cadence": t % 2 * 64,
            "temperature": 18 + t % 5,
            "power": 240 + t % 60,
            "vertical_oscillation": 800 + t % 100,
            "stance_time": 2400 + t % 200,
        }
        block[f"r{k}"]["head"] = 8
        for name, value in values.items():
            block[f"r{k}"][name] = value
    return block.tobytes()


def _output(script: str, *words: str) -> str:
    """Run a script in a fresh process; it imports the modules of this checkout."""
    return subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    main()
