"""Write the expected result beside each sample file: ``python -m tests.support.golden [--overwrite]``.

A result is written by the program itself and reviewed by a person before it is committed; an existing one is left alone unless
asked, and no automatic run ever writes one. Numbers are rounded to what a person can check: seconds, metres, hundredths.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from importer.detect.laprule import parse_lap_rule
from importer.pipeline import InProcess, Options, import_files
from importer.reports.as_json import result_json

FOLDER = Path(__file__).resolve().parent.parent.parent / "sample_files"
#: samples that need words of the user to mean anything
LAP_RULES = {"lap-toggle.fit": "2,4,6"}
SUFFIXES = (".fit", ".gpx", ".tcx", ".gz")


def samples() -> list[Path]:
    """Give the sample files in the order of their names."""
    return sorted(path for path in FOLDER.iterdir() if path.name.endswith(SUFFIXES))


def expected_path(sample: Path) -> Path:
    """Give the file that holds a sample's expected result."""
    return sample.with_name(sample.name.split(".")[0] + ".expected.json")


def outcome_of(sample: Path) -> dict[str, Any]:
    """Import a sample without a database and give what a person would check."""
    rule = LAP_RULES.get(sample.name)
    options = Options(lap_rule=parse_lap_rule(rule) if rule else None)
    (result,) = import_files([sample], None, options=options, preparer=InProcess(), is_dry=True)
    found = result_json(result, is_dry=True)
    return {
        "laps": rule,
        "outcome": found["outcome"],
        "format": found["format"],
        "error": found["error"] and found["error"]["code"],
        "notes": [note.split(":")[0] for note in found["notes"]],
        "sessions": [_session(session) for session in found["sessions"]],
    }


def _session(session: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "start",
        "utc_offset_s",
        "sport",
        "sub_sport",
        "environment",
        "speed_basis",
        "cadence_basis",
        "elapsed_s",
        "timer_s",
        "findings",
    )
    out = {name: session[name] for name in kept}
    out["distance_m"] = None if session["distance_m"] is None else round(session["distance_m"])
    out["segments"] = [
        {
            "start_s": round(segment["start_s"]),
            "end_s": round(segment["end_s"]),
            "direction": segment["direction"],
            "gait": segment["gait"],
            "basis": segment["basis"],
            "standing": segment["standing"],
            "confidence": None if segment["confidence"] is None else round(segment["confidence"], 2),
        }
        for segment in session["segments"]
    ]
    return out


def main() -> None:
    """Write what is missing."""
    for sample in samples():
        path = expected_path(sample)
        if path.exists() and "--overwrite" not in sys.argv:
            print(f"{path.name}: is there already, left alone (--overwrite writes it anew)")
            continue
        path.write_text(json.dumps(outcome_of(sample), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{path.name}: written, review it")


if __name__ == "__main__":
    main()
